// SPDX-License-Identifier: MIT
/// \file
/// Co-occurrence counts with their vocabularies in one checksummed binary file.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <implicitmf/core/checksum.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/file.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/core/varint.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>

namespace implicitmf {

namespace detail::count_file {

static_assert(std::endian::native == std::endian::little,
              "the sections are copied to and from memory: they need a little-endian machine");

inline constexpr std::string_view magic = "IMFCOUNT";
inline constexpr std::uint32_t version = 2;
/// Flag: the contexts are the words' vocabulary, which is written once.
inline constexpr std::uint32_t contexts_are_words = 1;

/// The first 80 bytes. docs/formats.md describes the file byte by byte.
struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
  std::uint64_t unit = 0;
  std::uint64_t words = 0;
  std::uint64_t contexts = 0;
  std::uint64_t cells = 0;
  std::uint64_t made_with_bytes = 0;
  std::uint64_t word_bytes = 0;     ///< of all words together
  std::uint64_t context_bytes = 0;  ///< of all contexts together; 0 where they are the words
  std::uint64_t packed_bytes = 0;   ///< of the cells
};
static_assert(sizeof(Header) == 80 && std::is_trivially_copyable_v<Header>);

/// Sections begin at multiples of 8, so that arrays of a mapped file can be used in place.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t bytes) noexcept {
  return (bytes + 7) / 8 * 8;
}

/// Size of the file that a header describes; no overflow where each number is below 2^56.
[[nodiscard]] inline std::uint64_t file_size(const Header& h) noexcept {
  const bool shared = (h.flags & contexts_are_words) != 0;
  return sizeof(Header) + padded(h.made_with_bytes) + 16 * h.words + padded(h.word_bytes) +
         (shared ? 0 : 16 * h.contexts + padded(h.context_bytes)) + h.packed_bytes + 4;
}

[[nodiscard]] inline std::uint64_t bytes_of(const Vocabulary& vocabulary) noexcept {
  std::uint64_t bytes = 0;
  for (WordId id = 0; id < vocabulary.size(); ++id) bytes += vocabulary.word(id).size();
  return bytes;
}

/// Bytes of all rows as Writer packs them.
[[nodiscard]] inline std::uint64_t packed_size(const Csr<Count>& cells) noexcept {
  std::uint64_t size = 0;
  for (std::size_t r = 0; r < cells.rows(); ++r) {
    const auto columns = cells.row_columns(r);
    size += varint_bytes(columns.size());
    WordId next = 0;
    for (const WordId column : columns) {
      size += varint_bytes(column - next);
      next = column + 1;
    }
  }
  for (const Count value : cells.values) size += varint_bytes(value);
  return size;
}

/// Writes sections and sums them up.
class Writer {
 public:
  explicit Writer(OutputFile& file) : file_(file) {}

  void write(const void* data, std::size_t size) {
    crc_.update(data, size);
    file_.write(data, size);
  }
  void pad() {
    constexpr char zeros[8] = {};
    write(zeros, padded(file_.size()) - file_.size());
  }
  void write(const Vocabulary& vocabulary) {
    std::uint64_t end = 0;
    for (WordId id = 0; id < vocabulary.size(); ++id) {
      const Count count = vocabulary.count(id);
      write(&count, sizeof count);
    }
    for (WordId id = 0; id < vocabulary.size(); ++id) {
      end += vocabulary.word(id).size();
      write(&end, sizeof end);
    }
    for (WordId id = 0; id < vocabulary.size(); ++id)
      write(vocabulary.word(id).data(), vocabulary.word(id).size());
    pad();
  }
  /// Row after row: the number of its cells, then for each the number of columns left out before it
  /// and its value, as varints.
  void write(const Csr<Count>& cells) {
    Buffer<char> row;
    for (std::size_t r = 0; r < cells.rows(); ++r) {
      const auto columns = cells.row_columns(r);
      const auto values = cells.row_values(r);
      row.resize((1 + 2 * columns.size()) * most_varint_bytes);
      char* end = put_varint(columns.size(), row.data());
      WordId next = 0;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        end = put_varint(columns[i] - next, end);
        end = put_varint(values[i], end);
        next = columns[i] + 1;
      }
      write(row.data(), static_cast<std::size_t>(end - row.data()));
    }
  }
  void write_checksum() {
    const std::uint32_t crc = crc_.value();
    file_.write(&crc, sizeof crc);
  }

 private:
  OutputFile& file_;
  Crc32 crc_;
};

/// Reads sections and sums them up; knows where each began, to say where a fault lies.
class Reader {
 public:
  /// \throws InputError if it is no count file, or not as long as its header says
  explicit Reader(const std::filesystem::path& path) : reader_(path) {
    if (!reader_.file().is_regular())
      throw InputError(name() + ": counts can be read from a regular file only, not from a pipe");
    if (reader_.file().size() < sizeof header_)
      throw InputError(name() + ": no count file: it is shorter than a header");
    read(&header_, sizeof header_);
    check_header();
  }

  [[nodiscard]] const Header& header() const noexcept { return header_; }
  [[nodiscard]] std::string name() const { return reader_.file().name(); }
  [[nodiscard]] std::uint64_t position() const noexcept { return reader_.position(); }
  [[nodiscard]] InputError error(std::uint64_t byte, std::string_view what) const {
    return InputError::at_byte(name(), byte, what);
  }

  void read(void* to, std::size_t size) {
    if (reader_.read(to, size) < size) throw error(position(), "the file shrank while it was read");
    crc_.update(to, size);
  }
  template <class Array>
  [[nodiscard]] Array read_array(std::uint64_t size) {
    Array array;
    array.resize(size);
    read(array.data(), array.size() * sizeof array[0]);
    return array;
  }
  /// \throws InputError where the padding is not zero
  void skip_padding() {
    const std::uint64_t begin = position();
    std::array<char, 8> bytes{};
    read(bytes.data(), padded(begin) - begin);
    if (bytes != std::array<char, 8>{}) throw error(begin, "the padding is not zero");
  }
  void check_checksum() {
    const std::uint32_t sum = crc_.value();
    const std::uint64_t begin = position();
    std::uint32_t stored = 0;
    read(&stored, sizeof stored);
    if (stored != sum) throw error(begin, "the checksum differs: the file is damaged");
  }

 private:
  void check_header() const {
    const Header& h = header_;
    if (std::string_view(h.magic.data(), h.magic.size()) != magic)
      throw error(0, "no count file: it does not begin with " + std::string(magic));
    if (h.version != version)
      throw error(8, "version " + std::to_string(h.version) + " of the format, not " +
                         std::to_string(version));
    if ((h.flags & ~contexts_are_words) != 0)
      throw error(12, "unknown flags " + std::to_string(h.flags));
    if (h.unit == 0) throw error(16, "the unit is 0");
    const std::uint64_t size = reader_.file().size();
    const std::array<std::uint64_t, 7> numbers{h.words,           h.contexts,   h.cells,
                                               h.made_with_bytes, h.word_bytes, h.context_bytes,
                                               h.packed_bytes};
    constexpr std::array<const char*, 7> of{"words",          "contexts",       "cells",
                                            "bytes of notes", "bytes of words", "bytes of contexts",
                                            "bytes of cells"};
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (numbers[i] > size)
        throw error(24 + 8 * i, std::to_string(numbers[i]) + " " + of[i] + ", but the file has " +
                                    std::to_string(size) + " bytes: is it cut short?");
    if (h.flags == contexts_are_words && (h.contexts != h.words || h.context_bytes != 0))
      throw error(32, "contexts that are the words, but differ in number");
    if (h.words > max_vocabulary || h.contexts > max_vocabulary)
      throw error(24, "more than " + std::to_string(max_vocabulary) + " words");
    if (h.packed_bytes < h.words || (h.packed_bytes - h.words) / 2 < h.cells)
      throw error(72, std::to_string(h.packed_bytes) + " bytes are too few for " +
                          std::to_string(h.cells) + " cells in " + std::to_string(h.words) +
                          " rows");
    if (file_size(h) != size)
      throw error(size, "the file has " + std::to_string(size) + " bytes, its header describes " +
                            std::to_string(file_size(h)));
  }

  BufferedReader reader_;
  Header header_;
  Crc32 crc_;
};

/// Calls make(), whose own errors don't know the file, and names it in them.
template <class Make>
[[nodiscard]] auto make_named(const Reader& file, Make&& make) {
  try {
    return make();
  } catch (const InputError& error) {
    throw InputError(file.name() + ": " + error.what());
  }
}

/// A vocabulary as it stands in the file, before the checksum was seen.
struct VocabularySection {
  std::uint64_t begin = 0;
  std::vector<Count> counts;
  std::vector<std::uint64_t> ends;
  std::vector<char> bytes;

  VocabularySection(Reader& file, std::uint64_t words, std::uint64_t text_bytes)
      : begin(file.position()),
        counts(file.read_array<std::vector<Count>>(words)),
        ends(file.read_array<std::vector<std::uint64_t>>(words)),
        bytes(file.read_array<std::vector<char>>(text_bytes)) {
    file.skip_padding();
  }

  [[nodiscard]] std::shared_ptr<const Vocabulary> make(const Reader& file) const {
    std::vector<WordCount> words;
    words.reserve(counts.size());
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (ends[i] < at || ends[i] > bytes.size())
        throw file.error(begin + 8 * (counts.size() + i), "a word ends where none can");
      words.push_back({{bytes.data() + at, ends[i] - at}, counts[i]});
      at = ends[i];
    }
    if (at != bytes.size()) throw file.error(begin, "bytes that belong to no word");
    return make_named(file, [&] { return std::make_shared<const Vocabulary>(words); });
  }
};

/// The packed cells, whose checksum was seen; the values are CooccurrenceCounts' to judge.
class Unpacker {
 public:
  /// \param begin  where in the file the bytes stand
  Unpacker(const Reader& file, const Buffer<char>& bytes, std::uint64_t begin)
      : file_(file), bytes_(bytes), begin_(begin), at_(bytes.data()) {}

  [[nodiscard]] Csr<Count> unpack() {
    const Header& h = file_.header();
    Csr<Count> cells;
    cells.cols = h.contexts;
    cells.offsets.reserve(h.words + 1);
    cells.columns.reserve(h.cells);
    cells.values.reserve(h.cells);
    for (std::size_t r = 0; r < h.words; ++r) {
      const std::uint64_t in_row = number();
      if (in_row > h.cells - cells.nonzeros()) throw error("more cells than the header says");
      unpack_row(in_row, cells);
      cells.offsets.push_back(cells.nonzeros());
    }
    if (cells.nonzeros() != h.cells) throw error("fewer cells than the header says");
    if (at_ != bytes_.data() + bytes_.size()) throw error("bytes that belong to no row");
    return cells;
  }

 private:
  void unpack_row(std::uint64_t in_row, Csr<Count>& cells) {
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < in_row; ++i) {
      const std::uint64_t left_out = number();
      if (left_out >= cells.cols - next)
        throw error("a column beyond the " + std::to_string(cells.cols) + " contexts");
      next += left_out + 1;
      cells.columns.push_back(static_cast<WordId>(next - 1));
      cells.values.push_back(number());
    }
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* const end = get_varint(at_, bytes_.data() + bytes_.size(), value);
    if (end == nullptr) throw error("no number of at most 64 bits in its shortest form");
    at_ = end;
    return value;
  }
  [[nodiscard]] InputError error(std::string_view what) const {
    return file_.error(begin_ + static_cast<std::uint64_t>(at_ - bytes_.data()), what);
  }

  const Reader& file_;
  const Buffer<char>& bytes_;
  std::uint64_t begin_;
  const char* at_;
};

/// Reads the sections in order, verifies the checksum, and only then believes them.
[[nodiscard]] inline CooccurrenceCounts read(Reader& file) {
  const Header& h = file.header();
  const bool shared = (h.flags & contexts_are_words) != 0;
  auto made_with = file.read_array<std::string>(h.made_with_bytes);
  file.skip_padding();
  const VocabularySection word_section(file, h.words, h.word_bytes);
  const VocabularySection context_section(file, shared ? 0 : h.contexts, h.context_bytes);
  const std::uint64_t packed_at = file.position();
  const auto packed = file.read_array<Buffer<char>>(h.packed_bytes);
  file.check_checksum();
  Csr<Count> cells = Unpacker(file, packed, packed_at).unpack();
  const auto words = word_section.make(file);
  const auto contexts = shared ? words : context_section.make(file);
  return make_named(file, [&] {
    return CooccurrenceCounts(words, contexts, std::move(cells), h.unit, std::move(made_with));
  });
}

}  // namespace detail::count_file

/// Writes counts to one file, whole or not at all (see OutputFile): the cells, the unit, what they
/// were made with, both vocabularies (once where they are one), and a checksum. docs/formats.md
/// describes it byte by byte and reads it with numpy. Equal counts give equal bytes.
///
/// \par Complexity  two passes over the cells, which take 2 to 4 bytes each in most texts, and 16
///      bytes and its own for each word.
/// \throws IoError  the system refuses; what stood at `path` stays
inline void save_counts(const std::filesystem::path& path, const CooccurrenceCounts& counts) {
  namespace format = detail::count_file;
  const bool shared = counts.shared_words() == counts.shared_contexts();
  const Csr<Count>& cells = counts.cells();
  format::Header header;
  format::magic.copy(header.magic.data(), header.magic.size());
  header.version = format::version;
  header.flags = shared ? format::contexts_are_words : 0;
  header.unit = counts.unit();
  header.words = counts.words().size();
  header.contexts = counts.contexts().size();
  header.cells = cells.nonzeros();
  header.made_with_bytes = counts.made_with().size();
  header.word_bytes = format::bytes_of(counts.words());
  header.context_bytes = shared ? 0 : format::bytes_of(counts.contexts());
  header.packed_bytes = format::packed_size(cells);

  OutputFile file(path);
  format::Writer writer(file);
  writer.write(&header, sizeof header);
  writer.write(counts.made_with().data(), counts.made_with().size());
  writer.pad();
  writer.write(counts.words());
  if (!shared) writer.write(counts.contexts());
  writer.write(cells);
  writer.write_checksum();
  file.commit();
}

/// Reads what save_counts() wrote. The lengths that the file claims are checked against its size
/// before anything is allocated, its checksum before any of it is believed. Where the contexts were
/// the words' vocabulary, both share one again.
///
/// \par Memory  the counts, and for a moment the file once more.
/// \throws IoError     the file can't be read
/// \throws InputError  it is a pipe, no count file, of another version, cut off, damaged, or holds
///                     what are no counts; the message names the byte where it can
[[nodiscard]] inline CooccurrenceCounts load_counts(const std::filesystem::path& path) {
  detail::count_file::Reader file(path);
  return detail::count_file::read(file);
}

}  // namespace implicitmf
