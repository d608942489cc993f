"""The door for the first administrator: a page behind a one-time link (UX.md §1.2).

GET shows the page and spends nothing, so that a mail scanner or a chat preview
cannot use the link up; POST redeems it. There is no page without a good link. The new
administrator goes on at once to a password and a second factor, by an invitation that is
made in the name of the set-up link (`login.native.links`). `demo` is the way in to
`gatepost demo`, whose server alone has it.
"""
