"""This host's sockets, processes and files. Only here are psutil, /proc and /etc read."""
