#!/usr/bin/env python3
"""An external job that measures words. Speaks the worker protocol of StreamGuard, version 1."""
import json
import sys


def send(**message):
    print(json.dumps(message), flush=True)


hello = json.loads(sys.stdin.readline())["hello"]
settings = hello["settings"]
send(ready={"protocol": 1})

for line in sys.stdin:  # ends when StreamGuard does
    request = json.loads(line)
    if "plan" in request:
        words, size = settings["words"], settings.get("per_shard", 1000)
        for start in range(0, len(words), size):
            send(shard=[start, min(start + size, len(words))])
        send(planned={})
    elif "run" in request:
        shard, (start, end) = request["run"]["shard"], request["run"]["payload"]
        try:
            for word in settings["words"][start:end]:
                send(record={"word": word, "length": len(word)})
            send(count={"name": "words", "n": end - start})
            send(done={"shard": shard})
        except Exception as error:
            send(failed={"shard": shard, "reason": str(error), "retry": False})
