// SPDX-License-Identifier: MIT
/// \file
/// Where commands that compare words have them from: a file of vectors, or the rows of an
/// association matrix.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include <implicitmf/embeddings/sparse_rows.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/io/count_file.hpp>
#include <implicitmf/io/vector_file.hpp>

#include "command.hpp"

namespace app {

struct WordSource {
  std::string vectors;
  std::string vocabulary;
  std::string counts;
  std::size_t limit = 0;
  AssociationArguments association;

  void add_to(CLI::App& command);
  /// The file that holds the words.
  [[nodiscard]] const std::string& file() const noexcept {
    return counts.empty() ? vectors : counts;
  }
  /// Throws CLI::Error where there is no file, or more than one.
  void check() const {
    if (file().empty()) throw CLI::RequiredError("vectors (or --matrix)");
    if (!vectors.empty() && !counts.empty())
      throw CLI::ValidationError("--matrix", "stands instead of vectors: give one of them");
  }
  /// What the words are, for reports.
  [[nodiscard]] Json to_json() const;

  /// Calls use(space) with the words of the file.
  template <class Use>
  void with_space(const CommonArguments& common, Use&& use) const {
    if (counts.empty()) {
      const auto embeddings = imf::load_vectors(
          vectors, {.limit = limit, .words_file = vocabulary, .threads = common.threads});
      use(imf::DenseRows(embeddings));
    } else {
      const auto matrix = association.associate(imf::load_counts(counts), common);
      use(imf::SparseRows(matrix.shared_words(), matrix.matrix()));
    }
  }
};

/// The vectors of a file in the order of the counts' words. Those of the most frequent words alone
/// will do. `what` is "words" or "contexts", for messages.
/// Throws InputError where the file has words that the counts lack, or lacks frequent ones.
[[nodiscard]] imf::AlignedMatrix rows_in_order(const std::string& file,
                                               const imf::Vocabulary& vocabulary, const char* what);

}  // namespace app
