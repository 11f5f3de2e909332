"""Fine-tunes an encoder of the family of RoBERTa to tell vulnerable functions, and says how well it does in test.

    streamguard prepare data/raw --view rows --output-dir data/prepared
    python fine_tune.py data/prepared models/codebert --output tuned

needs torch, transformers and datasets, and reads nothing from the network: MODEL is a folder with weights and tokenizer.
`tuned/` is then such a folder too, with `predictions.jsonl` and `evaluation.json` beside the weights.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess

# Before the libraries are imported, which read it then.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import datasets
import numpy
import torch
import transformers


def main():
    arguments = parse_arguments()
    random.seed(arguments.seed)
    numpy.random.seed(arguments.seed)
    torch.manual_seed(arguments.seed)
    functions = datasets.load_dataset(str(arguments.prepared), "rows")
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(arguments.model, num_labels=2)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    batches = Batches(tokenizer, arguments, device)

    best = None
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate)
    steps = arguments.epochs * batches.count(functions["train"])
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, steps // 10, steps)
    for epoch in range(arguments.epochs):
        loss = train(model, batches, functions["train"], optimizer, schedule)
        score = f1(probabilities(model, batches, functions["validation"]), functions["validation"]["label"])
        print(f"epoch {epoch + 1}: loss in train {loss:.4f}, F1 in validation {score:.4f}", flush=True)
        # The test split has no say in the choice.
        if best is None or score > best:
            best = score
            model.save_pretrained(arguments.output)
    tokenizer.save_pretrained(arguments.output)

    model = transformers.AutoModelForSequenceClassification.from_pretrained(arguments.output).to(device)
    predictions = arguments.output / "predictions.jsonl"
    with open(predictions, "w") as file:
        for row_id, probability in zip(functions["test"]["id"], probabilities(model, batches, functions["test"])):
            file.write(json.dumps({"id": row_id, "probability": probability}) + "\n")
    evaluate = [arguments.program, "evaluate", str(predictions), str(arguments.prepared / "rows")]
    subprocess.run([*evaluate, "--format", "json", "-o", str(arguments.output / "evaluation.json")], check=True)
    subprocess.run(evaluate, check=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=pathlib.Path, help="output of `streamguard prepare --view rows`")
    parser.add_argument("model", help="folder with the weights and the tokenizer of an encoder")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("tuned"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=2e-5)
    parser.add_argument("--max-length", type=int, default=512, help="tokens, of which two begin and end the code")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--program", default="streamguard", help="the program that evaluates")
    return parser.parse_args()


class Batches:
    """Functions as tensors."""

    def __init__(self, tokenizer, arguments, device):
        self.tokenizer, self.size, self.max_length = tokenizer, arguments.batch_size, arguments.max_length
        self.device = device

    def count(self, split):
        return -(-len(split) // self.size)

    def of(self, split, shuffled=False):
        order = list(range(len(split)))
        if shuffled:
            random.shuffle(order)
        for start in range(0, len(order), self.size):
            rows = split.select(order[start : start + self.size])
            tensors = self.tokenizer(
                list(rows["code"]), truncation=True, max_length=self.max_length, padding=True, return_tensors="pt"
            )
            yield tensors.to(self.device), torch.tensor(list(rows["label"]), device=self.device)


def train(model, batches, split, optimizer, schedule):
    """One epoch; returns the mean loss."""
    model.train()
    total = 0.0
    for tensors, labels in batches.of(split, shuffled=True):
        loss = model(**tensors, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        total += loss.item()
    return total / max(batches.count(split), 1)


@torch.no_grad()
def probabilities(model, batches, split):
    """How likely each function is vulnerable, in the order of the rows."""
    model.eval()
    found = []
    for tensors, _ in batches.of(split):
        found += model(**tensors).logits.softmax(dim=-1)[:, 1].tolist()
    return found


def f1(found, labels):
    pairs = [(probability >= 0.5, label == 1) for probability, label in zip(found, labels)]
    right = sum(said and is_so for said, is_so in pairs)
    told = sum(said for said, _ in pairs) + sum(is_so for _, is_so in pairs)
    return 2 * right / told if told else 0.0


if __name__ == "__main__":
    main()
