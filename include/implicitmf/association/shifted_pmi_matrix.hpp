// SPDX-License-Identifier: MIT
/// \file
/// ShiftedPMIMatrix: the matrix that SGNS factorizes implicitly, built explicitly from counts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/association/association_measure.hpp>
#include <implicitmf/association/context_distribution.hpp>
#include <implicitmf/association/sparse_operator.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// Options of ShiftedPMIMatrix.
struct ShiftedPMIOptions {
  double negatives = 1.0;   ///< k, above 0 and finite; the shift is log k, and 1 means none
  std::size_t threads = 0;  ///< 0: one for each processor
  /// \throws ConfigError
  void validate() const {
    if (!(negatives > 0.0) || !std::isfinite(negatives))
      throw ConfigError("negatives",
                        "must be above 0 and finite, not " + std::to_string(negatives));
  }
};

namespace detail {

/// The logarithms that cells are made of, taken once: of counts, row sums and context weights.
class CellTerms {
 public:
  template <ContextDistribution Contexts>
  CellTerms(const CooccurrenceCounts& counts, const Contexts& contexts, double negatives)
      : log_shift_(std::log(negatives)) {
    const auto unit = static_cast<double>(counts.unit());
    double mass = 0.0;
    for (const Count sum : counts.context_sums()) {
      const double weight = sum == 0 ? 0.0 : contexts.weight(static_cast<double>(sum) / unit);
      mass += weight;
      log_weights_.push_back(std::log(weight));
    }
    log_mass_ = std::log(mass);
    for (const Count sum : counts.word_sums())
      log_word_sums_.push_back(std::log(static_cast<double>(sum) / unit));
    log_total_ = std::log(static_cast<double>(counts.total()) / unit);
    log_unit_ = std::log(unit);
    for (std::size_t n = 0; n < log_counts_size; ++n)
      log_counts_.push_back(std::log(static_cast<double>(n)) - log_unit_);
  }

  /// log #(w,c) of a cell of n steps.
  [[nodiscard]] double log_count(Count n) const noexcept {
    return n < log_counts_size ? log_counts_[n] : std::log(static_cast<double>(n)) - log_unit_;
  }
  [[nodiscard]] CellLogs logs(std::size_t w, WordId c, Count n) const noexcept {
    const double joint = log_count(n);
    // In this order the value of (w, c) has the bits of that of (c, w) where the counts are
    // symmetric and q is not smoothed.
    const double pmi = (joint + log_mass_) - (log_word_sums_[w] + log_weights_[c]);
    return {pmi, joint - log_total_, log_weights_[c] - log_mass_, log_shift_};
  }

 private:
  static constexpr std::size_t log_counts_size = 4096;
  double log_shift_;
  double log_mass_ = 0.0;
  double log_total_ = 0.0;
  double log_unit_ = 0.0;
  std::vector<double> log_weights_;
  std::vector<double> log_word_sums_;
  std::vector<double> log_counts_;
};

/// Makes the sparse matrix in two passes over the counts: how many cells each row keeps, then what
/// they are; so nothing is stored twice.
template <AssociationMeasure Measure>
Csr<float> associate(const CooccurrenceCounts& counts, const CellTerms& terms,
                     const Measure& measure, ThreadTeam& team) {
  const Csr<Count>& cells = counts.cells();
  const auto for_each_kept = [&](std::size_t w, auto&& visit) {
    const auto columns = cells.row_columns(w);
    const auto values = cells.row_values(w);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto value = static_cast<float>(measure(terms.logs(w, columns[i], values[i])));
      if (value != 0.0F) visit(columns[i], value);
    }
  };
  constexpr std::size_t rows_at_a_time = 64;
  const auto for_each_row = [&](auto&& visit) {
    const std::size_t blocks = (cells.rows() + rows_at_a_time - 1) / rows_at_a_time;
    team.for_each(blocks, [&](std::size_t b) {
      for (std::size_t w = b * rows_at_a_time; w < std::min(cells.rows(), (b + 1) * rows_at_a_time);
           ++w)
        visit(w);
    });
  };
  Csr<float> matrix;
  matrix.cols = cells.cols;
  matrix.offsets.assign(cells.rows() + 1, 0);
  for_each_row([&](std::size_t w) {
    std::uint64_t kept = 0;
    for_each_kept(w, [&kept](WordId, float) { ++kept; });
    matrix.offsets[w + 1] = kept;
  });
  for (std::size_t w = 0; w < cells.rows(); ++w) matrix.offsets[w + 1] += matrix.offsets[w];
  matrix.columns.resize(matrix.offsets.back());
  matrix.values.resize(matrix.offsets.back());
  for_each_row([&](std::size_t w) {
    std::uint64_t at = matrix.offsets[w];
    for_each_kept(w, [&](WordId column, float value) {
      matrix.columns[at] = column;
      matrix.values[at++] = value;
    });
  });
  return matrix;
}

/// Whether a measure is defined for plain PMI alone.
template <class Measure>
constexpr bool needs_plain_pmi() {
  if constexpr (requires { Measure::needs_plain_pmi; }) return Measure::needs_plain_pmi;
  return false;
}

}  // namespace detail

/// The sparse matrix M with M(w,c) = measure of (w,c) on observed cells, by default the shifted
/// positive PMI  max( log( #(w,c) / (#(w) q(c)) ) − log k, 0 ),  in nats (Levy & Goldberg, "Neural
/// Word Embedding as Implicit Matrix Factorization", NIPS 2014). Unobserved cells are 0. #(w) and
/// #(c) are sums of pair counts. Logarithms are taken in double and rounded once.
///
/// ```
/// const ShiftedPMIMatrix sppmi{counts, SmoothedContexts{.alpha = 0.75}, {.negatives = 5}};
/// ```
///
/// Models LinearOperator. It is symmetric, bit for bit, where the counts are and q is not smoothed.
///
/// \par Complexity  O(cells) time.
/// \par Memory  8 bytes a stored cell, 16 if the matrix is not symmetric: see SparseOperator.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class ShiftedPMIMatrix {
 public:
  /// \throws ConfigError if an option is out of its range, or the measure does not allow it
  /// \throws InputError  if there are no counts
  template <ContextDistribution Contexts = SmoothedContexts,
            AssociationMeasure Measure = PositivePMI>
  explicit ShiftedPMIMatrix(const CooccurrenceCounts& counts, const Contexts& contexts = {},
                            const ShiftedPMIOptions& options = {}, const Measure& measure = {})
      : operator_(make(counts, contexts, options, measure)),
        words_(counts.shared_words()),
        contexts_(counts.shared_contexts()) {}

  [[nodiscard]] std::size_t rows() const noexcept { return operator_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return operator_.cols(); }
  [[nodiscard]] bool is_symmetric() const noexcept { return operator_.is_symmetric(); }
  [[nodiscard]] const Csr<float>& matrix() const noexcept { return operator_.matrix(); }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_words() const noexcept {
    return words_;
  }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_contexts() const noexcept {
    return contexts_;
  }
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept { return operator_.memory_bytes(); }

  /// y = M x
  void apply(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    operator_.apply(x, y, team);
  }
  /// y = Mᵀ x
  void apply_transpose(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    operator_.apply_transpose(x, y, team);
  }

 private:
  template <class Contexts, class Measure>
  static SparseOperator<Arch> make(const CooccurrenceCounts& counts, const Contexts& contexts,
                                   const ShiftedPMIOptions& options, const Measure& measure) {
    options.validate();
    contexts.validate();
    if (counts.total() == 0)
      throw InputError("shifted PMI: there are no pairs to associate: no word has a neighbour");
    if (detail::needs_plain_pmi<Measure>() &&
        (options.negatives != 1.0 || contexts.weight(3.0) != 3.0))
      throw ConfigError("measure",
                        "normalized PMI needs negatives = 1 and contexts that are not "
                        "smoothed (alpha = 1)");
    ThreadTeam team(options.threads);
    const detail::CellTerms terms(counts, contexts, options.negatives);
    return SparseOperator<Arch>(detail::associate(counts, terms, measure, team));
  }

  SparseOperator<Arch> operator_;
  std::shared_ptr<const Vocabulary> words_;
  std::shared_ptr<const Vocabulary> contexts_;
};

}  // namespace implicitmf
