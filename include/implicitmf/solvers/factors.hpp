// SPDX-License-Identifier: MIT
/// \file
/// Factors: the two matrices every solver hands out.
#pragma once

#include <implicitmf/core/matrix.hpp>

namespace implicitmf {

/// M ≈ words · contextsᵀ. Row w of `words` (V_W × d) is the vector of word w, row c of `contexts`
/// (V_C × d) that of context c.
struct Factors {
  AlignedMatrix words;
  AlignedMatrix contexts;
  friend bool operator==(const Factors&, const Factors&) = default;
};

}  // namespace implicitmf
