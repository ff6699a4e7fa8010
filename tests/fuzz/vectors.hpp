// SPDX-License-Identifier: MIT
/// \file
/// What the fuzz targets of word vectors share: promises about what was read.
#pragma once

#include <cmath>

#include <implicitmf/embeddings/embeddings.hpp>

#include "fuzz/check.hpp"

namespace fuzz {

inline void check_vectors(const implicitmf::Embeddings& vectors) {
  check(vectors.size() > 0 && vectors.dimension() > 0, "there are words and values");
  check(vectors.vocabulary().size() == vectors.size(), "every word has a vector");
  for (implicitmf::WordId id = 0; id < vectors.size(); ++id) {
    check(!vectors.vocabulary().word(id).empty(), "no word is empty");
    for (const float x : vectors.vector(id)) check(std::isfinite(x), "values are finite");
  }
}

inline void check_same(const implicitmf::Embeddings& again, const implicitmf::Embeddings& vectors,
                       const char* promise) {
  check(again.vocabulary() == vectors.vocabulary(), promise);
  check(again.vectors() == vectors.vectors(), promise);
}

}  // namespace fuzz
