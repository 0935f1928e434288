"""Fuzzing a target within a budget: `tallystick fuzz`. The layers, from the top:

- `command` runs a fuzz or a replay.
- `findings` proves, replays, accepts and reports findings; `cluster` spreads shards over machines.
- `engine` runs campaigns of fuzz cases in workers.
- `analyses` compares several responses: order of errors, a second implementation, callbacks.
- `evidence` keeps the requests that show a finding.
- `generators` draws fuzz cases; `sending` lets every request pass within one budget.
- `settings` are the options of the command.

A module imports from lower layers only.
"""
