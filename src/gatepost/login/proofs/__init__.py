"""What a native sign-in is proved with (R33): password, app, passkey, code by SMS, recovery code.

In go what was stored and what somebody sent, with the time and random bytes as
arguments; out come a yes or no, a value to store, or `ProofFailed` with a stable code.
Nothing here reads or writes a row, knows who is signing in, or waits, but for
`passwords`, whose hash is slow by design and runs in threads of its own, and `breached`,
which reads its file. That a proof is good only once is the caller's transaction: each
function gives what must be stored for it (the step, the counter, the digest that goes).

`failure`; `passwords` (Argon2id), `password_policy` with `common_passwords` and `breached`;
`totp`; `relying_party`, `passkeys`; `sms`; `recovery`; `throttle`, which says how guesses
are slowed without locking anybody out.
"""
