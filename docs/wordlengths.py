#!/usr/bin/env python3
"""An external job: how long are some words? Speaks StreamGuard's worker protocol, version 1."""
import json
import sys


def say(**message):
    print(json.dumps(message), flush=True)


hello = json.loads(sys.stdin.readline())["hello"]
settings = hello["settings"]
say(ready={"protocol": 1})

for line in sys.stdin:  # ends when StreamGuard does
    order = json.loads(line)
    if "plan" in order:
        words, size = settings["words"], settings.get("per_shard", 1000)
        for start in range(0, len(words), size):
            say(shard=[start, min(start + size, len(words))])
        say(planned={})
    elif "run" in order:
        shard, (start, end) = order["run"]["shard"], order["run"]["payload"]
        try:
            for word in settings["words"][start:end]:
                say(record={"word": word, "length": len(word)})
            say(count={"name": "words", "n": end - start})
            say(done={"shard": shard})
        except Exception as error:
            say(failed={"shard": shard, "reason": str(error), "retry": False})
