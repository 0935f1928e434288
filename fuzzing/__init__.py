"""Fuzzing a target within a budget: `tallystick fuzz`.

`limits` and `budget` say how much may be sent, `gate` lets every request through them and writes
the `ledger`, `health` watches the target; `shots` are what is sent, `campaign` sends and judges.
`workers` do so side by side, or a `cluster`, which has its budget by `leasing`. `pairs` of faults
show the `precedence` of errors, `differences` compares with a second implementation, `novelty`
knows kinds of answers. `canary`, `accepted` and `replay` prove, accept and repeat findings.
"""
