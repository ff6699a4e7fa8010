// SPDX-License-Identifier: MIT
/// \file
/// GloVeObjective: the weighted squared error of log counts that GloVe minimises.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// The part that one pair has of a weighted squared error, as a function of x = w · c:
/// ℓ(x) = −½ f (x − t)². At most 0, concave.
struct SquaredPair {
  double weight = 0.0;  ///< f, at least 0
  double target = 0.0;  ///< t

  /// ℓ(x).
  [[nodiscard]] double value(double x) const noexcept {
    return -0.5 * weight * (x - target) * (x - target);
  }
  /// f (t − x).
  [[nodiscard]] double derivative(double x) const noexcept { return weight * (target - x); }
  /// −f.
  [[nodiscard]] double curvature(double /*x*/) const noexcept { return -weight; }
  /// t, where ℓ is 0.
  [[nodiscard]] double optimum() const noexcept { return target; }
};

/// f(n) = min(1, (n / saturation)^exponent), the weight of a pair that was counted n times:
/// Pennington, Socher & Manning (EMNLP 2014), eq. (9).
struct GloVeWeighting {
  /// x_max of the paper, above 0, in pairs. Its 100 was chosen for billions of tokens; of texts of
  /// 8 and of 53 million, 10 makes the better vectors.
  double saturation = 10.0;
  double exponent = 0.75;  ///< α of the paper, at least 0

  /// \throws ConfigError
  void validate() const {
    if (!(saturation > 0.0) || !std::isfinite(saturation))
      throw ConfigError("saturation",
                        "must be above 0 and finite, not " + std::to_string(saturation));
    if (!(exponent >= 0.0) || !std::isfinite(exponent))
      throw ConfigError("exponent", "must be at least 0, not " + std::to_string(exponent));
  }
  [[nodiscard]] double weight(double count) const noexcept {
    return count >= saturation ? 1.0 : std::pow(count / saturation, exponent);
  }
};

/// −½ Σ f(#(w,c)) (w·c − log #(w,c))² over the observed pairs: half the cost of GloVe (Pennington,
/// Socher & Manning, EMNLP 2014, eq. 8), negated as the other objectives are. Pairs that were never
/// observed have no part in it. GloVe's biases b_w and b_c are two columns of the vectors,
/// (w, b_w, 1) · (c, 1, b_c).
///
/// \par Memory  none of its own.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class GloVeObjective {
 public:
  /// \param counts  outlive this
  /// \throws ConfigError  the weighting is out of its range
  /// \throws InputError   no pair is counted
  explicit GloVeObjective(const CooccurrenceCounts& counts, GloVeWeighting weighting = {})
      : cells_(counts.cells()),
        step_(1.0 / static_cast<double>(counts.unit())),
        weighting_(weighting) {
    weighting.validate();
    if (cells_.nonzeros() == 0) throw InputError("objective: the counts have no pair");
  }
  explicit GloVeObjective(const CooccurrenceCounts&&, GloVeWeighting = {}) = delete;

  [[nodiscard]] std::size_t rows() const noexcept { return cells_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return cells_.cols; }
  /// Pairs that were observed.
  [[nodiscard]] std::uint64_t observed() const noexcept { return cells_.nonzeros(); }
  /// The part of a pair that was counted so often, above 0.
  [[nodiscard]] SquaredPair pair(double count) const noexcept {
    return {weighting_.weight(count), std::log(count)};
  }
  /// Calls visit(c, #(w,c)) for each observed pair of a row, by rising c.
  template <class Visit>
  void for_each_observed(std::size_t row, Visit&& visit) const {
    for (std::uint64_t i = cells_.offsets[row]; i < cells_.offsets[row + 1]; ++i)
      visit(cells_.columns[i], step_ * static_cast<double>(cells_.values[i]));
  }

  /// The objective's value, at most 0.
  /// \param words  rows() × d; \param contexts cols() × d, biases among the columns as
  ///               GloVeResult::with_biases() has them
  /// \par Complexity   O(observed · d); the same bits for any number of threads
  /// \throws InputError  another shape
  [[nodiscard]] double value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                             ThreadTeam& team) const {
    if (words.rows() != rows() || contexts.rows() != cols() || words.cols() != contexts.cols())
      throw InputError("objective: the vectors do not fit " + std::to_string(rows()) + " x " +
                       std::to_string(cols()) + " cells");
    std::vector<double> of_row(rows(), 0.0);
    team.for_each(rows(), [&](std::size_t w) {
      for_each_observed(w, [&](WordId c, double count) {
        const float x = kernels::dot<Arch>(words.row_data(w), contexts.row_data(c), words.stride());
        of_row[w] += pair(count).value(static_cast<double>(x));
      });
    });
    double sum = 0.0;
    for (const double part : of_row) sum += part;
    return sum;
  }
  /// \param threads  0: one for each processor
  [[nodiscard]] double value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                             std::size_t threads = 0) const {
    ThreadTeam team(threads);
    return value(words, contexts, team);
  }

 private:
  const Csr<Count>& cells_;
  double step_;
  GloVeWeighting weighting_;
};

}  // namespace implicitmf
