"""The load process: a plan on standard input, its result on standard output."""

import gc
import sys

import msgspec
import uvloop

from bench.load.generator import Generator
from bench.load.plan import Plan, Result


async def _run(plan: Plan) -> Result:
    return await Generator(plan).run()


def main() -> None:
    """Run the plan."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    gc.disable()
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_run(plan))))


main()
