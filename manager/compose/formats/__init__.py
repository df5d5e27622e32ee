"""How a report is told: to people, to programs, to code scanning, to a CI log."""
