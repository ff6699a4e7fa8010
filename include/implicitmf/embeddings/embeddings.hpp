// SPDX-License-Identifier: MIT
/// \file
/// Embeddings: a vocabulary with a vector for each word.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/solvers/factors.hpp>

namespace implicitmf {

/// Which vectors stand for a word.
enum class VectorChoice {
  words,     ///< w
  contexts,  ///< c
  sum,       ///< w + c
};

/// The vectors of one choice. Needs equal vocabularies for `sum`.
///
/// w + c is meant for vectors that were trained together. Of an SVD of a symmetric matrix with
/// power p = 1/2, c equals w but for the sign of the columns of negative eigenvalues, so w + c is
/// 2w with those columns erased.
/// \throws ConfigError if the shapes of a sum differ
[[nodiscard]] inline AlignedMatrix choose_vectors(const Factors& factors, VectorChoice choice) {
  if (choice == VectorChoice::contexts) return factors.contexts;
  AlignedMatrix vectors = factors.words;
  if (choice == VectorChoice::words) return vectors;
  if (vectors.rows() != factors.contexts.rows() || vectors.cols() != factors.contexts.cols())
    throw ConfigError("vectors", "w+c needs word and context vectors of the same vocabulary");
  for (std::size_t r = 0; r < vectors.rows(); ++r)
    for (std::size_t c = 0; c < vectors.cols(); ++c) vectors(r, c) += factors.contexts(r, c);
  return vectors;
}

/// A vocabulary, a vector for each of its words, and the vectors' lengths, kept beside them so
/// that cosines need no second, normalised copy.
///
/// \par Memory  4 · V · d bytes, d rounded up to 16, and 4 · V for the lengths.
/// \par Thread safety  immutable once made.
class Embeddings {
 public:
  /// \throws InputError if rows and words differ in number, or a value is not finite
  Embeddings(std::shared_ptr<const Vocabulary> vocabulary, AlignedMatrix vectors)
      : vocabulary_(std::move(vocabulary)), vectors_(std::move(vectors)) {
    if (vectors_.rows() != vocabulary_->size())
      throw InputError("embeddings: " + std::to_string(vectors_.rows()) + " vectors for " +
                       std::to_string(vocabulary_->size()) + " words");
    norms_.reserve(vectors_.rows());
    for (std::size_t r = 0; r < vectors_.rows(); ++r) norms_.push_back(norm_of(r));
  }

  [[nodiscard]] std::size_t size() const noexcept { return vectors_.rows(); }
  [[nodiscard]] std::size_t dimension() const noexcept { return vectors_.cols(); }
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return *vocabulary_; }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_vocabulary() const noexcept {
    return vocabulary_;
  }
  [[nodiscard]] const AlignedMatrix& vectors() const noexcept { return vectors_; }
  [[nodiscard]] std::span<const float> vector(WordId id) const noexcept { return vectors_.row(id); }
  /// Euclidean length of a vector.
  [[nodiscard]] float norm(WordId id) const noexcept { return norms_[id]; }

 private:
  [[nodiscard]] float norm_of(std::size_t r) const {
    // The padding adds nothing; partial sums need not wait for each other.
    constexpr std::size_t parts = AlignedMatrix::row_multiple;
    double sums[parts] = {};
    const float* const row = vectors_.row_data(r);
    for (std::size_t i = 0; i < vectors_.stride(); i += parts)
      for (std::size_t j = 0; j < parts; ++j)
        sums[j] += static_cast<double>(row[i + j]) * static_cast<double>(row[i + j]);
    const double squares = std::accumulate(sums, sums + parts, 0.0);
    if (!std::isfinite(squares))
      throw InputError("embeddings: the vector of \"" +
                       std::string(vocabulary_->word(static_cast<WordId>(r))) +
                       "\" has a value that is not finite");
    return static_cast<float>(std::sqrt(squares));
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  AlignedMatrix vectors_;
  std::vector<float> norms_;
};

}  // namespace implicitmf
