"""What goes on by itself behind signing in.

Owns the daily reading of what providers publish, the notices before certificates end (R35), and
sealing every secret anew when keys are rotated.
"""
