"""Delivery: what is owed to people leaves the house here, by mail and by SMS.

Takes messages that `activity.outbox` queued in the transaction of their cause,
and hands each to the sender of its channel. A message is sent at least once:
it is claimed before it is sent, and one whose process died in between is tried
again when the claim has run out, under the same message id. It is tried five
times at most and never after it has expired; then its sealed text is emptied.

Must not log recipients, texts or links (the sender for development aside), nor
decide who gets a message. In reading order: senders, outbox, worker, then
smtp, sms_webhook, log_sender, and configured, which picks them from settings.
"""
