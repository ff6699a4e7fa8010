// SPDX-License-Identifier: MIT
/// \file
/// CooccurrenceCounts: #(w,c), #(w), #(c) and |D| as exact integers, and what they were made with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

/// Word-context counts in integer steps: one count is `unit` steps, so #(w,c) is
/// cells.at(w, c) / unit. Integers make sums exact, whatever the order they are taken in.
///
/// \par Memory  12 bytes a cell, 8 a row and 8 for each marginal.
/// \par Thread safety  immutable once made.
class CooccurrenceCounts {
 public:
  /// \param cells     words × contexts, stored values above 0
  /// \param unit      steps in one count, at least 1
  /// \param made_with one line for people: the window, the subsampling
  /// \throws InputError  shapes that differ, a stored 0, or a total over 2^63
  CooccurrenceCounts(std::shared_ptr<const Vocabulary> words,
                     std::shared_ptr<const Vocabulary> contexts, Csr<Count> cells, Count unit,
                     std::string made_with = {})
      : words_(std::move(words)),
        contexts_(std::move(contexts)),
        cells_(std::move(cells)),
        unit_(unit),
        made_with_(std::move(made_with)) {
    if (cells_.rows() != words_->size() || cells_.cols != contexts_->size())
      throw InputError("counts: " + std::to_string(cells_.rows()) + " x " +
                       std::to_string(cells_.cols) + " cells do not fit vocabularies of " +
                       std::to_string(words_->size()) + " and " +
                       std::to_string(contexts_->size()) + " words");
    if (unit_ == 0) throw InputError("counts: the unit must be at least 1");
    sum_marginals();
  }

  [[nodiscard]] const Vocabulary& words() const noexcept { return *words_; }
  [[nodiscard]] const Vocabulary& contexts() const noexcept { return *contexts_; }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_words() const noexcept {
    return words_;
  }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_contexts() const noexcept {
    return contexts_;
  }

  /// unit · #(w,c), words × contexts; cells without a count are not stored.
  [[nodiscard]] const Csr<Count>& cells() const noexcept { return cells_; }
  /// Steps in one count.
  [[nodiscard]] Count unit() const noexcept { return unit_; }
  /// unit · #(w), the row sums.
  [[nodiscard]] const std::vector<Count>& word_sums() const noexcept { return word_sums_; }
  /// unit · #(c), the column sums.
  [[nodiscard]] const std::vector<Count>& context_sums() const noexcept { return context_sums_; }
  /// unit · |D|, the sum of all cells.
  [[nodiscard]] Count total() const noexcept { return total_; }
  /// One line for people: the window and what else was chosen.
  [[nodiscard]] const std::string& made_with() const noexcept { return made_with_; }

  /// Bytes of the cells and marginals.
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept {
    return 8 * (cells_.offsets.size() + word_sums_.size() + context_sums_.size()) +
           12 * cells_.nonzeros();
  }

  /// Equal in all that is stored.
  friend bool operator==(const CooccurrenceCounts& a, const CooccurrenceCounts& b) {
    return *a.words_ == *b.words_ && *a.contexts_ == *b.contexts_ && a.cells_ == b.cells_ &&
           a.unit_ == b.unit_ && a.made_with_ == b.made_with_;
  }

 private:
  void sum_marginals() {
    constexpr Count most = Count{1} << 63U;
    word_sums_.assign(cells_.rows(), 0);
    context_sums_.assign(cells_.cols, 0);
    for (std::size_t w = 0; w < cells_.rows(); ++w) {
      const auto columns = cells_.row_columns(w);
      const auto values = cells_.row_values(w);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (values[i] == 0) throw InputError("counts: a stored cell is 0");
        if (values[i] > most - total_) throw InputError("counts: the total exceeds 2^63 steps");
        total_ += values[i];
        word_sums_[w] += values[i];
        context_sums_[columns[i]] += values[i];
      }
    }
  }

  std::shared_ptr<const Vocabulary> words_;
  std::shared_ptr<const Vocabulary> contexts_;
  Csr<Count> cells_;
  Count unit_;
  std::string made_with_;
  std::vector<Count> word_sums_;
  std::vector<Count> context_sums_;
  Count total_ = 0;
};

}  // namespace implicitmf
