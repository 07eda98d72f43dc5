//! The embedded default knowledge base (SQLite FTS5).
