"""A stylesheet that follows the system's theme without a script.

Tabler is dark below `data-bs-theme="dark"`. A server that has no cookie cannot know
what the visitor's system prefers, so each such rule is said again for
`data-bs-theme="auto"`, for systems that prefer dark, right behind the original:
order and specificity stay as they are.
"""

import re

_DARK = "[data-bs-theme=dark]"
_AUTO = "[data-bs-theme=auto]"
_RULE = re.compile(r"([^{};]*\[data-bs-theme=dark\][^{}]*)\{([^{}]*)\}")
_OTHER_THEMES = re.compile(r":not\(|\[data-bs-theme=light\]|\[data-bs-navbar-theme|^body\[")


def follow_system(stylesheet: str) -> str:
    """Give the stylesheet with its dark rules said again for systems that prefer dark.

    Raises:
        ValueError: it has no dark rules, so a new version does this in another way.
    """
    followed, count = _RULE.subn(_with_system, stylesheet)
    if not count:
        raise ValueError(f"The stylesheet has no rules for {_DARK}; see frontend/themes.py.")
    return followed


def _with_system(rule: re.Match[str]) -> str:
    selectors, declarations = rule.groups()
    dark = [one for one in selectors.split(",") if _DARK in one and not _OTHER_THEMES.search(one)]
    if not dark:
        return rule.group()
    auto = ",".join(dark).replace(_DARK, _AUTO)
    return f"{rule.group()}@media (prefers-color-scheme:dark){{{auto}{{{declarations}}}}}"
