// SPDX-License-Identifier: MIT
/// \file
/// Counting the slow and obvious way, and corpora to count.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/counting/window.hpp>

namespace counting_tests {

using Ids = std::vector<implicitmf::WordId>;
using Sentences = std::vector<Ids>;
/// The count of each (word, context) that has one.
using Cells = std::map<std::pair<implicitmf::WordId, implicitmf::WordId>, implicitmf::Count>;

/// Words "0", "1", "2", ...
[[nodiscard]] inline std::shared_ptr<const implicitmf::Vocabulary> numbered_words(
    std::size_t size) {
  std::vector<std::string> words;
  std::vector<implicitmf::WordCount> counts;
  for (std::size_t i = 0; i < size; ++i) words.push_back(std::to_string(i));
  for (const std::string& word : words) counts.push_back({word, 1});
  return std::make_shared<const implicitmf::Vocabulary>(counts);
}

[[nodiscard]] inline implicitmf::EncodedCorpus corpus_of(const Sentences& sentences,
                                                         std::size_t vocabulary) {
  implicitmf::Buffer<implicitmf::WordId> stream{implicitmf::sentence_break};
  for (const Ids& sentence : sentences) {
    stream.insert(stream.end(), sentence.begin(), sentence.end());
    stream.push_back(implicitmf::sentence_break);
  }
  return {numbered_words(vocabulary), std::move(stream)};
}

/// Each token with its neighbours, by the definition of a WindowTable.
[[nodiscard]] inline Cells reference_cells(const Sentences& sentences,
                                           const implicitmf::WindowTable& table) {
  Cells cells;
  const auto add = [&](implicitmf::WordId word, implicitmf::WordId context,
                       implicitmf::Count weight) {
    const bool removed = word == implicitmf::removed_token || context == implicitmf::removed_token;
    if (!removed && weight > 0) cells[{word, context}] += weight;
  };
  for (const Ids& sentence : sentences)
    for (std::size_t i = 0; i < sentence.size(); ++i) {
      for (std::size_t d = 1; d <= std::min(i, table.before.size()); ++d)
        add(sentence[i], sentence[i - d], table.before[d - 1]);
      for (std::size_t d = 1; d <= std::min(sentence.size() - 1 - i, table.after.size()); ++d)
        add(sentence[i], sentence[i + d], table.after[d - 1]);
    }
  return cells;
}

[[nodiscard]] inline Cells cells_of(const implicitmf::Csr<implicitmf::Count>& matrix) {
  Cells cells;
  for (std::size_t r = 0; r < matrix.rows(); ++r)
    for (std::size_t i = 0; i < matrix.row_columns(r).size(); ++i)
      cells[{static_cast<implicitmf::WordId>(r), matrix.row_columns(r)[i]}] =
          matrix.row_values(r)[i];
  return cells;
}

/// Whether the columns of each row ascend, each below the number of columns.
[[nodiscard]] inline bool is_well_formed(const implicitmf::Csr<implicitmf::Count>& matrix) {
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    const auto columns = matrix.row_columns(r);
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] >= matrix.cols || (i > 0 && columns[i] <= columns[i - 1])) return false;
  }
  return matrix.offsets.front() == 0 && matrix.offsets.back() == matrix.columns.size() &&
         matrix.columns.size() == matrix.values.size();
}

/// What random sentences are like.
struct Regime {
  const char* name;
  std::size_t sentences;
  std::uint32_t least_length;
  std::uint32_t most_length;
  std::uint32_t holes_in_64;  ///< removed tokens among 64
};

/// Words are drawn from the square of a uniform number, so that low ids are frequent.
[[nodiscard]] inline Sentences random_sentences(const Regime& regime, std::size_t vocabulary,
                                                std::uint64_t seed) {
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data);
  Sentences sentences(regime.sentences);
  for (Ids& sentence : sentences) {
    sentence.resize(regime.least_length +
                    random.below(regime.most_length - regime.least_length + 1));
    for (implicitmf::WordId& id : sentence) {
      const double u = random.uniform();
      id = random.below(64) < regime.holes_in_64
               ? implicitmf::removed_token
               : static_cast<implicitmf::WordId>(u * u * static_cast<double>(vocabulary));
    }
  }
  return sentences;
}

}  // namespace counting_tests
