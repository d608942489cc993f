"""The one case folding, for comparing values and for the columns that index them."""


def fold(text: str) -> str:
    """Give the text as it is compared where `caseExact` is false (RFC 7643 §2.2).

    Full Unicode case folding, so `Straße` equals `STRASSE`. No normalisation:
    a composed and a decomposed é stay two different letters.
    """
    return text.casefold()
