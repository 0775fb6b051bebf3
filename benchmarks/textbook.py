"""The textbook pipeline: what a user would otherwise write with LangChain's usual parts.

PyPDFLoader, RecursiveCharacterTextSplitter(1000, 200), HuggingFaceEmbeddings with MiniLM in float32,
FAISS.from_documents, the top 4 chunks in LangChain's usual question prompt, LlamaCpp with the same
model. LangChain's wrappers around them live in langchain-community, which this project does not
install; the same libraries are called here the way those wrappers call them. LlamaCpp's defaults of a
512-token context and batches of 8 tokens are raised (4096, 512): they would only make it slower.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

TOP = 4
PROMPT = (
    "Use the following pieces of context to answer the question at the end. If you don't know the answer, "
    "just say that you don't know, don't try to make up an answer.\n\n{context}\n\n"
    "Question: {question}\nHelpful Answer:"
)


#: Distance, file name, page and text of a chunk.
TextbookHit = tuple[float, str, int, str]


@dataclass(frozen=True, slots=True)
class TextbookAnswer:
    """What came of one question."""

    text: str
    shown: tuple[TextbookHit, ...]
    first_text_seconds: float
    total_seconds: float
    prompt_tokens: int
    completion_tokens: int


class Textbook:
    """The whole pipeline in memory, as such scripts do it."""

    def __init__(self, embedder_folder: Path, language_model: Path | None) -> None:
        from sentence_transformers import SentenceTransformer

        self._embedder = SentenceTransformer(str(embedder_folder), device="cpu")
        self._language_model: Any = None
        if language_model is not None:
            from llama_cpp import Llama

            self._language_model = Llama(str(language_model), n_ctx=4096, n_batch=512, verbose=False)
        self._chunks: list[tuple[str, int, str]] = []
        self._index: Any = None

    def ingest(self, files: Path) -> tuple[int, int]:
        """Read every file of the folder; the numbers of pages and chunks."""
        import faiss
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        pages = [page for file in sorted(files.iterdir()) for page in _pages(file)]
        self._chunks = [
            (name, number, chunk) for name, number, text in pages for chunk in splitter.split_text(text)
        ]
        vectors = self._embedder.encode([chunk for _, _, chunk in self._chunks])
        self._index = faiss.IndexFlatL2(vectors.shape[1])
        self._index.add(np.asarray(vectors, dtype=np.float32))
        return len(pages), len(self._chunks)

    @property
    def chunks(self) -> list[tuple[str, int, str]]:
        """File name, page and text of every chunk."""
        return self._chunks

    def search(self, question: str, count: int, document: str | None = None) -> tuple[TextbookHit, ...]:
        """The nearest chunks, nearest first; of one file only, where that is asked for."""
        wanted = count if document is None else len(self._chunks)
        vector = np.asarray(self._embedder.encode([question]), dtype=np.float32)
        distances, ids = self._index.search(vector, min(wanted, len(self._chunks)))
        found = (
            (float(distance), *self._chunks[index])
            for distance, index in zip(distances[0], ids[0], strict=True)
            if index >= 0 and document in {None, self._chunks[index][0]}
        )
        return tuple(islice(found, count))

    def ask(self, question: str, document: str | None = None) -> TextbookAnswer:
        """The answer from the top chunks."""
        started = time.perf_counter()
        shown = self.search(question, TOP, document)
        context = "\n\n".join(text for *_, text in shown)
        prompt = PROMPT.format(context=context, question=question)
        text, first, pieces = "", None, 0
        tokens = len(self._language_model.tokenize(prompt.encode()))
        for part in self._language_model.create_completion(
            prompt, max_tokens=256, temperature=0.0, stream=True, stop=["\nQuestion:"]
        ):
            text += part["choices"][0]["text"]
            pieces += 1
            if first is None and text.strip():
                first = time.perf_counter() - started
        total = time.perf_counter() - started
        return TextbookAnswer(
            text.strip(), shown, first if first is not None else total, total, tokens, pieces
        )


def _pages(file: Path) -> list[tuple[str, int, str]]:
    if file.suffix.lower() != ".pdf":
        return [(file.name, 1, file.read_text("utf-8"))]
    from pypdf import PdfReader

    return [
        (file.name, number, page.extract_text()) for number, page in enumerate(PdfReader(file).pages, start=1)
    ]
