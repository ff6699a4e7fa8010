// SPDX-License-Identifier: MIT
/// \file
/// Sparse matrices in the Matrix Market exchange format, which SciPy, MATLAB, Octave, Julia and R
/// read.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>

namespace implicitmf {

/// What a Matrix Market file can hold: integers, or real numbers.
template <class T>
concept MatrixMarketValue = (std::integral<T> && !std::same_as<T, bool> &&
                             !std::same_as<T, char>) ||
                            std::same_as<T, float> || std::same_as<T, double>;

namespace detail {

/// The stored values must be numbers that every reader of the format understands.
template <MatrixMarketValue Value>
void check_finite(const Csr<Value>& matrix) {
  if constexpr (std::floating_point<Value>)
    for (std::size_t r = 0; r < matrix.rows(); ++r)
      for (const Value value : matrix.row_values(r))
        if (!std::isfinite(value))
          throw InputError("matrix: row " + std::to_string(r) + " has a value that is not finite");
}

/// Writes a comment, each of its lines after a '%'.
inline void write_comment(OutputFile& file, std::string_view comment) {
  while (!comment.empty()) {
    const std::string_view line = comment.substr(0, comment.find('\n'));
    file.write("% ");
    file.write(line);
    file.write("\n");
    comment.remove_prefix(line.size() < comment.size() ? line.size() + 1 : line.size());
  }
}

/// Writes "row column value" lines, counted from 1.
template <MatrixMarketValue Value>
void write_entries(OutputFile& file, const Csr<Value>& matrix) {
  constexpr std::size_t longest = 24;  // "-2.2250738585072014e-308"
  char line[3 * (longest + 1)];
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    char* const after_row = std::to_chars(line, line + longest, r + 1).ptr;
    *after_row = ' ';
    for (std::uint64_t i = matrix.offsets[r]; i < matrix.offsets[r + 1]; ++i) {
      char* end = after_row + 1;
      end = std::to_chars(end, end + longest, std::uint64_t{matrix.columns[i]} + 1).ptr;
      *end++ = ' ';
      end = std::to_chars(end, end + longest, matrix.values[i]).ptr;
      *end++ = '\n';
      file.write(line, static_cast<std::size_t>(end - line));
    }
  }
}

}  // namespace detail

/// Writes a sparse matrix as "coordinate integer general" or "coordinate real general", entries in
/// order of rows and columns, whole or not at all (see OutputFile). Real numbers are the shortest
/// that read back to the same value.
///
/// \param path     the file; "-" is standard output
/// \param comment  lines for people, written after '%'
/// \throws InputError  a value is not finite; nothing is written
/// \throws IoError     the system refuses; what stood at `path` stays
template <MatrixMarketValue Value>
void save_matrix_market(const std::filesystem::path& path, const Csr<Value>& matrix,
                        std::string_view comment = {}) {
  detail::check_finite(matrix);
  OutputFile file(path);
  file.write("%%MatrixMarket matrix coordinate ");
  file.write(std::integral<Value> ? "integer general\n" : "real general\n");
  detail::write_comment(file, comment);
  file.write(std::to_string(matrix.rows()) + " " + std::to_string(matrix.cols) + " " +
             std::to_string(matrix.nonzeros()) + "\n");
  detail::write_entries(file, matrix);
  file.commit();
}

/// Writes counts, words × contexts, in integer steps as they are stored; a comment says how many
/// steps one count is, and what the counts were made with.
/// \throws IoError  the system refuses; what stood at `path` stays
inline void save_matrix_market(const std::filesystem::path& path,
                               const CooccurrenceCounts& counts) {
  std::string comment = "unit: one count is " + std::to_string(counts.unit());
  if (!counts.made_with().empty()) comment += "\n" + counts.made_with();
  save_matrix_market(path, counts.cells(), comment);
}

}  // namespace implicitmf
