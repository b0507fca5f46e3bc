// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reportctl::yaml {

/// A key for a message, in quotes; without its text where that looks like a url, which may hold a password.
std::string shown_key(std::string_view key);

/// One thing wrong in a file. Lines and columns count from 1.
struct Problem {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;
  bool warning = false;  ///< what is there works, and is mostly not what was meant
  /// `acme.yaml:3:5: unknown key "tiem" (did you mean "time"?)`
  [[nodiscard]] std::string str() const;
};
using Problems = std::vector<Problem>;

/// A parsed value: plain data with its place in the file. Scalars keep their text; nothing is guessed (`yes` is text, `010` is
/// text).
struct Node {
  // Out of line: clang 14 cannot make them here, where the pair of two unfinished nodes is not complete.
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  int line = 0;
  int column = 0;
  std::string text;                            ///< scalar
  bool quoted = false;                         ///< scalar: written in quotes or as a block
  std::vector<Node> items;                     ///< sequence
  std::vector<std::pair<Node, Node>> entries;  ///< map, in file order; keys are scalars and unique
  [[nodiscard]] const Node* find(std::string_view key) const;
};

/// Strict YAML, the one loader of modules, configuration and schedule files: one document, at most 1 MiB and 64 levels; aliases,
/// anchors, tags, duplicate keys, non-scalar keys and a second document are problems with line and column. Never throws on bad
/// input.
struct Document {
  std::string file;
  Node root;
  Problems problems;
};
Document parse(std::string_view text, std::string file);

/// Reads a map and reports what it does not know. Every getter records a Problem instead of throwing, so that all of them are
/// shown at once; a getter that found a problem returns its default. Call finish() last: it reports the keys that nobody asked
/// for.
class MapReader {
 public:
  MapReader(const Node& node, std::string what, const std::string& file, Problems& problems);

  std::string text(std::string_view key, std::string fallback = {});
  std::string required_text(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  long long integer(std::string_view key, long long fallback, long long low, long long high);
  std::optional<long long> optional_integer(std::string_view key, long long low, long long high);
  /// Unquoted `true` or `false` only.
  bool boolean(std::string_view key, bool fallback);
  /// A sequence of scalars, or one scalar.
  std::vector<std::string> text_list(std::string_view key);
  /// The value itself, marked as known; nullptr when absent or null.
  const Node* child(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  /// What the message repeats of the file is made visible: a tab as \x09.
  void problem(const Node& at, std::string_view message);
  /// Problem at the value of `key` (or at the map when absent).
  void problem_at(std::string_view key, std::string_view message);
  void finish();

 private:
  const Node* take(std::string_view key);
  const Node& node_;
  std::string what_;
  const std::string& file_;
  Problems& problems_;
  std::vector<std::string> known_;
};

/// One message with every problem on its own line, for Error(invalid) or Error(config).
std::string describe(const Problems&);

}  // namespace reportctl::yaml
