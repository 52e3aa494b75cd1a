"""The recovery notice as a document: its facts, fixed once, and the page made from them."""
