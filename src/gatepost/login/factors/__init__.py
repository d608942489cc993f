"""Second factors: enrolled, asked for, and asked for again (R33, R34).

Owns the same proof for a sign-in and for a step-up; what a proof is worth by itself is
`gatepost.login.proofs`'s.

In reading order: `challenges`, `second_factor`, `enrolment`, `step_up`.
"""
