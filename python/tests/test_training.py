"""The recipe of docs/training.md, with a tiny model of random weights. It needs torch, which `.ci/run` does not install."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import streamguard

RECIPE = Path(__file__).parents[2] / "examples" / "fine_tune.py"


def tiny_model(folder, texts):
    """Writes an encoder of one layer, and a tokenizer that is learned from the texts."""
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    folder.mkdir()
    trained = tokenizers.ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(texts, vocab_size=600, special_tokens=special, show_progress=False)
    trained.save_model(str(folder))
    tokenizer = transformers.RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    config = transformers.RobertaConfig(
        vocab_size=600, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=132,
    )
    transformers.RobertaForSequenceClassification(config).save_pretrained(folder)
    return tokenizer


def test_an_encoder_is_fine_tuned_and_evaluated(tmp_path):
    for name in ("torch", "transformers", "tokenizers", "datasets"):
        pytest.importorskip(name, reason=f"SKIPPED: there is no {name}, the recipe of docs/training.md is not tried")
    if not RECIPE.exists():
        pytest.skip("the tests lie outside of a checkout, which has the recipe")
    streamguard.collect("raw", collectors=["synthetic"], synthetic_samples=60, progress=False)
    texts = [row.vulnerable_code for row in streamguard.samples("raw")]
    tokenizer = tiny_model(tmp_path / "model", texts)
    program = os.environ.get("STREAMGUARD_PROGRAM", "streamguard")
    prepare = ["prepare", "raw", "--view", "rows", "--tokenizer", "model/tokenizer.json", "--output-dir", "prepared"]
    subprocess.run([program, *prepare], check=True)
    recipe = [sys.executable, str(RECIPE), "prepared", "model", "--output", "tuned", "--epochs", "1"]
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hub")}
    subprocess.run([*recipe, "--max-length", "128", "--program", program], check=True, env=environment)
    figures = json.loads(Path("tuned/evaluation.json").read_text())
    lines = Path("tuned/predictions.jsonl").read_text().splitlines()
    assert figures["examples"] == len(lines) > 0
    assert figures["metrics"]["accuracy"]["value"] is not None
    # Both count the same tokens.
    pyarrow = pytest.importorskip("pyarrow.parquet")
    for row in pyarrow.read_table("prepared/rows/train.parquet").to_pylist():
        assert row["n_tokens"] == len(tokenizer.tokenize(row["code"]))
