// SPDX-License-Identifier: MIT
/// \file
/// Association measures: the value of an observed cell from the logarithms of its counts.
#pragma once

#include <algorithm>
#include <concepts>

namespace implicitmf {

/// An observed cell (w, c), all in nats.
struct CellLogs {
  /// log( #(w,c) / (#(w) q(c)) ), the pointwise mutual information of w and c under q.
  double pmi = 0.0;
  double log_joint = 0.0;  ///< log( #(w,c) / |D| ), below or at 0
  double log_noise = 0.0;  ///< log q(c)
  double log_shift = 0.0;  ///< log k
};

/// The value of an observed cell. A measure is a pure function of the cell; a value of exactly 0 is
/// not stored. Unobserved cells are 0 whatever the measure (the matrix M₀ of the paper).
template <class M>
concept AssociationMeasure = std::copyable<M> && requires(const M& measure, const CellLogs& cell) {
  { measure(cell) } -> std::same_as<double>;
};

/// max(PMI − log k, 0): shifted positive PMI (Levy & Goldberg, NIPS 2014, section 4.1); with k = 1
/// positive PMI.
struct PositivePMI {
  [[nodiscard]] double operator()(const CellLogs& cell) const noexcept {
    return std::max(cell.pmi - cell.log_shift, 0.0);
  }
};

/// PMI − log k on observed cells, negative values kept.
struct ObservedPMI {
  [[nodiscard]] double operator()(const CellLogs& cell) const noexcept {
    return cell.pmi - cell.log_shift;
  }
};

/// PMI / −log P(w,c), in [−1, 1] (Bouma, GSCL 2009). Only with q(c) = #(c)/|D| and k = 1:
/// ShiftedPMIMatrix refuses other settings. A corpus of a single pair has the value 1.
struct NormalizedPMI {
  static constexpr bool needs_plain_pmi = true;
  [[nodiscard]] double operator()(const CellLogs& cell) const noexcept {
    return cell.log_joint < 0.0 ? cell.pmi / -cell.log_joint : 1.0;
  }
};

/// log P(c|w) − log k, which noise-contrastive estimation factorizes (Levy & Goldberg, NIPS 2014,
/// section 3.1; Mnih & Kavukcuoglu, NIPS 2013).
struct LogConditional {
  [[nodiscard]] double operator()(const CellLogs& cell) const noexcept {
    return cell.pmi + cell.log_noise - cell.log_shift;
  }
};
static_assert(AssociationMeasure<PositivePMI> && AssociationMeasure<ObservedPMI> &&
              AssociationMeasure<NormalizedPMI> && AssociationMeasure<LogConditional>);

}  // namespace implicitmf
