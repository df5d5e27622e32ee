"""The only package that imports psutil or reads /proc and /etc: this host's sockets, processes and files."""
