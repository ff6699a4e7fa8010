// SPDX-License-Identifier: MIT
/// \file
/// Vocabularies and vectors for the tests of files.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace support {

inline implicitmf::Vocabulary vocabulary_of(const std::vector<std::string>& words) {
  std::vector<implicitmf::WordCount> counted;
  for (const std::string& word : words) counted.push_back({word, 0});
  return implicitmf::Vocabulary(counted);
}

/// Words w0, w1, ...
inline implicitmf::Vocabulary numbered_vocabulary(std::size_t size) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < size; ++i) words.push_back('w' + std::to_string(i));
  return vocabulary_of(words);
}

inline implicitmf::AlignedMatrix matrix_of(
    std::initializer_list<std::initializer_list<float>> rows) {
  implicitmf::AlignedMatrix matrix(rows.size(), rows.begin()->size());
  std::size_t r = 0;
  for (const auto& row : rows) std::copy(row.begin(), row.end(), matrix.row_data(r++));
  return matrix;
}

/// Equal even in the sign of zero, and in the padding.
inline bool same_bits(const implicitmf::AlignedMatrix& a, const implicitmf::AlignedMatrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (std::size_t r = 0; r < a.rows(); ++r)
    if (std::memcmp(a.row_data(r), b.row_data(r), a.stride() * sizeof(float)) != 0) return false;
  return true;
}

/// A number as little-endian files have it.
template <class Bits>
std::string little_endian(Bits bits) {
  std::string bytes;
  for (std::size_t shift = 0; shift < 8 * sizeof bits; shift += 8)
    bytes.push_back(static_cast<char>((bits >> shift) & 0xFFU));
  return bytes;
}
inline std::string bytes_of(float x) { return little_endian(std::bit_cast<std::uint32_t>(x)); }
inline std::string bytes_of(double x) { return little_endian(std::bit_cast<std::uint64_t>(x)); }

/// Values of every magnitude, from given bits.
inline implicitmf::AlignedMatrix any_finite_values(std::size_t rows, std::size_t cols) {
  implicitmf::RandomStream random(7, implicitmf::RandomPurpose::test_data);
  implicitmf::AlignedMatrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : matrix.row(r)) do
        x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
      while (!std::isfinite(x));
  return matrix;
}

}  // namespace support
