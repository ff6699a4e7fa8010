// SPDX-License-Identifier: MIT
/// \file
/// What the readers and writers of word vectors share: the names of the formats, what they take and
/// what they refuse.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/tokenizer.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/corpus/word_counter.hpp>

namespace implicitmf {

/// Format of a file of word vectors.
enum class VectorFormat {
  automatic,  ///< reading: by the content; writing: by the name, see save_vectors()
  text,       ///< word2vec's text, and fastText's .vec
  binary,     ///< word2vec's binary form
  glove,      ///< GloVe's text: word2vec's without the first line
  npy,        ///< NumPy's array of vectors, and a file of words beside it
  projector,  ///< TensorBoard's two tables of vectors and words; is only written
};

/// How word vectors are read.
struct VectorReadOptions {
  VectorFormat format = VectorFormat::automatic;
  std::size_t limit = 0;               ///< read this many words from the start of the file; 0: all
  std::filesystem::path words_file{};  ///< of an .npy file, its words; empty: words_beside() it
  std::size_t threads = 0;             ///< 0: one for each processor; the result is the same
};

/// Whether every format can hold the word: it is not empty and has no ASCII white space.
[[nodiscard]] inline bool is_writable_word(std::string_view word) noexcept {
  return !word.empty() && std::none_of(word.begin(), word.end(), is_ascii_space);
}

namespace detail {

static_assert(std::endian::native == std::endian::little && std::numeric_limits<float>::is_iec559,
              "binary vectors are copied to and from memory: they are little-endian IEEE floats");

/// Largest dimension that is believed.
inline constexpr std::uint64_t max_dimension = std::uint64_t{1} << 20U;

/// Whether all values are finite. Looks at the bits, so that it vectorizes.
[[nodiscard]] inline bool all_finite(std::span<const float> values) noexcept {
  constexpr std::int32_t exponent = 0x7F80'0000;
  std::int32_t largest = 0;
  for (const float x : values)
    largest = std::max(largest, std::bit_cast<std::int32_t>(x) & exponent);
  return largest != exponent;
}

/// Refuses what could not be read back, before anything is written.
/// \throws InputError
inline void check_writable(const AlignedMatrix& vectors, const Vocabulary& vocabulary) {
  if (vectors.rows() != vocabulary.size())
    throw InputError("word vectors: " + std::to_string(vectors.rows()) + " vectors for " +
                     std::to_string(vocabulary.size()) + " words");
  if (vectors.empty()) throw InputError("word vectors: there are none to write");
  if (vectors.cols() > max_dimension)
    throw InputError("word vectors: more than " + std::to_string(max_dimension) + " dimensions");
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view word = vocabulary.word(id);
    if (!is_writable_word(word))
      throw InputError("word vectors: the word " + in_quotes(word) +
                       " can't be written: it is empty or holds white space");
    if (!all_finite(vectors.row(id)))
      throw InputError("word vectors: the vector of " + in_quotes(word) +
                       " has a value that is not finite");
  }
}

/// Lowers a number that several threads lower.
inline void lower_to(std::atomic<std::size_t>& number, std::size_t value) noexcept {
  for (std::size_t held = number; value < held;)
    if (number.compare_exchange_weak(held, value)) break;
}

/// Calls fill(r) for each row of an unfilled matrix, about 1 MiB of rows at a time.
/// \return the first row that then has a value that is not finite, or the number of rows
template <class Fill>
[[nodiscard]] std::size_t fill_rows(AlignedMatrix& vectors, ThreadTeam& team, Fill&& fill) {
  const std::size_t rows = vectors.rows();
  const std::size_t step = std::max<std::size_t>(1, (std::size_t{1} << 18U) / vectors.stride());
  std::atomic<std::size_t> first_faulty{rows};
  team.for_each((rows + step - 1) / step, [&](std::size_t i) {
    for (std::size_t r = i * step; r < std::min(rows, (i + 1) * step); ++r) {
      vectors.clear_padding(r);
      fill(r);
      if (!all_finite(vectors.row(r))) lower_to(first_faulty, r);
    }
  });
  return first_faulty;
}

/// A vocabulary of the words in their order, with counts of 0.
/// \param error_at  error_at(i, what) makes the error of what is wrong with word i
/// \throws the error of the first word that comes twice
template <class ErrorAt>
[[nodiscard]] std::shared_ptr<const Vocabulary> make_vocabulary(
    const std::vector<std::string_view>& words, ErrorAt&& error_at) {
  std::vector<WordCount> counted;
  counted.reserve(words.size());
  for (const std::string_view word : words) counted.push_back({word, 0});
  try {
    return std::make_shared<const Vocabulary>(counted);
  } catch (const InputError&) {
    WordCounter seen;  // which word it is, and where, only now: it doubles the time
    for (std::size_t i = 0; i < words.size(); ++i)
      if (seen.add(words[i]) != i)
        throw error_at(i, "the word " + in_quotes(words[i]) + " comes twice");
    throw;
  }
}

}  // namespace detail

}  // namespace implicitmf
