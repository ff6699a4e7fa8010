// SPDX-License-Identifier: MIT
/// \file
/// What a truncated SVD is asked for, and what an algorithm for it gives back.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/solvers/stop_reason.hpp>

namespace implicitmf {

/// Options of SymmetricSVD. The result depends on all but `threads` and `progress`.
struct SVDOptions {
  std::size_t dimension = 100;  ///< d, 1 to the smaller side of the matrix
  double power = 0.5;           ///< p of W = U Σ^p, C = V Σ^(1−p), 0 to 1
  /// Largest residual max(‖A v − σ u‖, ‖Aᵀ u − σ v‖) / σ of a triplet. The error of a singular
  /// value is about the square of it. Beside the largest σ a residual below about 2e-5 is rounding
  /// of single precision: it is taken as converged, whatever it is beside a small σ of its own.
  double tolerance = 1e-3;
  /// Products with blocks of 16 vectors to end after, at least 2; the first basis is finished all
  /// the same, which takes about (d + 32) / 8 of them.
  std::size_t max_products = 2000;
  std::uint64_t seed = 1;          ///< of the random start
  std::size_t threads = 0;         ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told products done and the largest residual

  /// \throws ConfigError
  void validate(std::size_t rows, std::size_t cols) const {
    const std::size_t most = rows < cols ? rows : cols;
    if (dimension < 1 || dimension > most)
      throw ConfigError("dimension", "must be 1 to " + std::to_string(most) +
                                         ", the smaller side of the " + std::to_string(rows) +
                                         " x " + std::to_string(cols) + " matrix, not " +
                                         std::to_string(dimension));
    if (!(power >= 0.0 && power <= 1.0))
      throw ConfigError("power", "must be 0 to 1, not " + std::to_string(power));
    if (!(tolerance > 0.0) || !std::isfinite(tolerance))
      throw ConfigError("tolerance",
                        "must be above 0 and finite, not " + std::to_string(tolerance));
    if (max_products < 2) throw ConfigError("max_products", "must be at least 2");
  }
};

/// The largest singular triplets of a matrix, A v ≈ σ u and Aᵀ u ≈ σ v, largest σ first.
struct SingularTriplets {
  AlignedMatrix left;             ///< rows × d, the u as columns, orthonormal
  AlignedMatrix right;            ///< cols × d, the v as columns, orthonormal
  std::vector<double> values;     ///< σ
  std::vector<double> residuals;  ///< of each triplet, relative to its own σ; 0 where σ is 0
  std::size_t products = 0;       ///< with A and Aᵀ, of 16 vectors each
  std::size_t restarts = 0;       ///< of the Krylov basis
  StopReason reason = StopReason::converged;
};

/// Singular values at or below this part of the largest are rounding error in single precision:
/// they come back as 0.
inline constexpr double singular_value_floor = 0x1p-18;

}  // namespace implicitmf
