"""Fuzzing a target within a budget: `tallystick fuzz`.

`limits` and `budget` say how much may be sent, `gate` lets every request through them and writes
the `ledger`, `health` watches the target; `shots` are what is sent, `campaign` sends and judges,
`workers` do so side by side, `differences` compares with a second implementation; `canary`,
`accepted` and `replay` prove, accept and repeat findings.
"""
