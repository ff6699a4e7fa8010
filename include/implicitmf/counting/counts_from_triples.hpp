// SPDX-License-Identifier: MIT
/// \file
/// counts_from_triples: counts that something else made, as (word, context, weight).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>

namespace implicitmf {

/// A word that met a context `weight` times (a rating, a click, a weighted edge).
struct CountTriple {
  WordId word = 0;
  WordId context = 0;
  double weight = 1.0;  ///< counts: finite, at least 0, below 2^40
};

/// Sums triples to counts; words and contexts may be different vocabularies. Whole weights are kept
/// exactly (unit 1); if any is not whole, all are rounded to 2^-20 (unit 2^20), and what rounds to
/// 0 is dropped. The result does not depend on the order of the triples.
///
/// \par Complexity  O(n log n) time, 32 bytes a triple.
/// \throws InputError  an id that its vocabulary does not have, or a weight out of its range; the
///                     message names the triple, counted from 0
[[nodiscard]] inline CooccurrenceCounts counts_from_triples(
    std::shared_ptr<const Vocabulary> words, std::shared_ptr<const Vocabulary> contexts,
    const std::vector<CountTriple>& triples) {
  struct Cell {
    WordId word;
    WordId context;
    Count steps;
  };
  bool whole = true;
  for (std::size_t i = 0; i < triples.size(); ++i) {
    const auto [word, context, weight] = triples[i];
    if (word >= words->size() || context >= contexts->size())
      throw InputError("triple " + std::to_string(i) + ": no such id in the vocabulary");
    if (!(weight >= 0.0 && weight < 0x1p40))
      throw InputError("triple " + std::to_string(i) + ": the weight must be 0 to 2^40, not " +
                       std::to_string(weight));
    whole = whole && weight == std::floor(weight);
  }
  const Count unit = whole ? 1 : Count{1} << 20U;
  std::vector<Cell> cells;
  cells.reserve(triples.size());
  for (const auto& [word, context, weight] : triples) {
    const auto steps = static_cast<Count>(std::llround(weight * static_cast<double>(unit)));
    if (steps > 0) cells.push_back({word, context, steps});
  }
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return a.word != b.word ? a.word < b.word : a.context < b.context;
  });

  Csr<Count> sums;
  sums.cols = contexts->size();
  sums.offsets.assign(words->size() + 1, 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    if (i > 0 && cells[i - 1].word == cell.word && cells[i - 1].context == cell.context) {
      sums.values.back() += cell.steps;
      continue;
    }
    sums.columns.push_back(cell.context);
    sums.values.push_back(cell.steps);
    sums.offsets[cell.word + 1] = sums.columns.size();
  }
  for (std::size_t w = 1; w <= words->size(); ++w)
    sums.offsets[w] = std::max(sums.offsets[w], sums.offsets[w - 1]);
  return CooccurrenceCounts(std::move(words), std::move(contexts), std::move(sums), unit,
                            "triples=" + std::to_string(triples.size()));
}

}  // namespace implicitmf
