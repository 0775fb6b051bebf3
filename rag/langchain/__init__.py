"""Parts for apps built on LangChain: a collection as a retriever, and the tools for its agents."""

from rag.langchain.retriever import CollectionRetriever
from rag.langchain.tools import tools_in, tools_of

__all__ = ["CollectionRetriever", "tools_in", "tools_of"]
