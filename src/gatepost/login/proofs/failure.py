"""What is said when a proof does not hold."""


class ProofFailed(Exception):
    """What was sent proves nothing.

    `code` is stable and goes into activity, such as `passkey.origin_unexpected`; it says
    which check failed and holds nothing of what was sent. Whoever signs in is told the
    same plain sentence for all of them.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
