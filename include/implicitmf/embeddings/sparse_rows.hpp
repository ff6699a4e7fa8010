// SPDX-License-Identifier: MIT
/// \file
/// SparseRows: words whose vectors are the rows of a sparse matrix, an association matrix say.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/kernels/sparse_product.hpp>

namespace implicitmf {

/// The space of the rows of a sparse matrix: the explicit representation of words by their contexts
/// (Levy & Goldberg, CoNLL 2014), as it is, without a factorization.
///
/// ```
/// const ShiftedPMIMatrix sppmi{counts, SmoothedContexts{.alpha = 0.75}, {.negatives = 5}};
/// const SparseRows rows{sppmi.shared_words(), sppmi.matrix()};
/// const auto result = evaluate_analogies(rows, load_analogy_set("questions-words.txt"));
/// ```
///
/// Many words are compared by the product of the matrix with their rows, made dense.
///
/// \par Complexity  O(nonzeros) time for each word that is compared with all.
/// \par Memory  8 bytes a row; directions take 4 bytes a column for each word.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class SparseRows {
 public:
  using Directions = AlignedMatrix;  ///< a panel of `panel` unit columns below the other

  /// \param matrix  a row for each word; outlives this
  /// \throws InputError if rows and words differ in number, or a value is not finite
  SparseRows(std::shared_ptr<const Vocabulary> vocabulary, const Csr<float>& matrix)
      : vocabulary_(std::move(vocabulary)), matrix_(matrix) {
    if (matrix_.rows() != vocabulary_->size())
      throw InputError("sparse rows: " + std::to_string(matrix_.rows()) + " rows for " +
                       std::to_string(vocabulary_->size()) + " words");
    norms_.reserve(matrix_.rows());
    for (std::size_t r = 0; r < matrix_.rows(); ++r) norms_.push_back(norm_of(r));
  }

  SparseRows(std::shared_ptr<const Vocabulary>, const Csr<float>&&) = delete;

  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return *vocabulary_; }

  /// The cosine of two words, in double. O(nonzeros of both).
  [[nodiscard]] double cosine(WordId a, WordId b) const noexcept {
    const auto columns_a = matrix_.row_columns(a);
    const auto columns_b = matrix_.row_columns(b);
    const auto values_a = matrix_.row_values(a);
    const auto values_b = matrix_.row_values(b);
    double dot = 0.0;
    for (std::size_t i = 0, j = 0; i < columns_a.size() && j < columns_b.size();) {
      if (columns_a[i] == columns_b[j])
        dot += static_cast<double>(values_a[i]) * static_cast<double>(values_b[j]);
      const bool forward_a = columns_a[i] <= columns_b[j];
      const bool forward_b = columns_b[j] <= columns_a[i];
      i += forward_a ? 1 : 0;
      j += forward_b ? 1 : 0;
    }
    const double lengths = norms_[a] * norms_[b];
    return lengths > 0.0 ? dot / lengths : 0.0;
  }

  [[nodiscard]] Directions directions(std::span<const WordId> words) const {
    const std::size_t panels = (words.size() + panel - 1) / panel;
    Directions dense(panels * matrix_.cols, panel);
    for (std::size_t w = 0; w < words.size(); ++w) {
      if (norms_[words[w]] == 0.0) continue;
      const auto columns = matrix_.row_columns(words[w]);
      const auto values = matrix_.row_values(words[w]);
      for (std::size_t i = 0; i < columns.size(); ++i)
        dense(w / panel * matrix_.cols + columns[i], w % panel) =
            static_cast<float>(static_cast<double>(values[i]) / norms_[words[w]]);
    }
    return dense;
  }

  void cosines(const Directions& dense, IndexRange rows, AlignedMatrix& to) const {
    if (matrix_.cols == 0) return to.fill_zero();
    AlignedMatrix products(rows.size(), panel);
    const auto* const offsets = matrix_.offsets.data() + rows.begin;
    for (std::size_t first = 0; first < to.rows(); first += panel) {
      kernels::sparse_product<Arch>(0, rows.size(), offsets, matrix_.columns.data(),
                                    matrix_.values.data(),
                                    dense.row_data(first / panel * matrix_.cols), dense.stride(),
                                    products.row_data(0), products.stride(), panel);
      const std::size_t words = std::min(panel, to.rows() - first);
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const auto norm = static_cast<float>(norms_[rows.begin + j]);
        for (std::size_t i = 0; i < words; ++i)
          to(first + i, j) = norm > 0.0F ? products(j, i) / norm : 0.0F;
      }
    }
  }

 private:
  /// Words whose products are made in one pass over the rows.
  static constexpr std::size_t panel = 2 * kernels::panel_width;

  [[nodiscard]] double norm_of(std::size_t r) const {
    double squares = 0.0;
    for (const float x : matrix_.row_values(r)) squares += static_cast<double>(x) * x;
    if (!std::isfinite(squares))
      throw InputError("sparse rows: the row of \"" +
                       std::string(vocabulary_->word(static_cast<WordId>(r))) +
                       "\" has a value that is not finite");
    return std::sqrt(squares);
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  const Csr<float>& matrix_;
  std::vector<double> norms_;
};
static_assert(WordSpace<SparseRows<>>);

}  // namespace implicitmf
