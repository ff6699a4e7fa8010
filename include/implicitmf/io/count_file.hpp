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
#include <implicitmf/core/text.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>

namespace implicitmf {

namespace detail::count_file {

static_assert(std::endian::native == std::endian::little,
              "the sections are copied to and from memory: they need a little-endian machine");

inline constexpr std::string_view magic = "IMFCOUNT";
inline constexpr std::uint32_t version = 1;
/// Flag: the contexts are the words' vocabulary, which is written once.
inline constexpr std::uint32_t contexts_are_words = 1;

/// The first 72 bytes. docs/formats.md describes the file byte by byte.
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
};
static_assert(sizeof(Header) == 72 && std::is_trivially_copyable_v<Header>);

/// Sections begin at multiples of 8, so that a mapped file can be used in place.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t bytes) noexcept {
  return (bytes + 7) / 8 * 8;
}

/// Size of the file that a header describes; no overflow where each number is below 2^56.
[[nodiscard]] inline std::uint64_t file_size(const Header& h) noexcept {
  const bool shared = (h.flags & contexts_are_words) != 0;
  return sizeof(Header) + padded(h.made_with_bytes) + 16 * h.words + padded(h.word_bytes) +
         (shared ? 0 : 16 * h.contexts + padded(h.context_bytes)) + 8 * (h.words + 1) +
         8 * h.cells + padded(4 * h.cells) + 4;
}

[[nodiscard]] inline std::uint64_t bytes_of(const Vocabulary& vocabulary) noexcept {
  std::uint64_t bytes = 0;
  for (WordId id = 0; id < vocabulary.size(); ++id) bytes += vocabulary.word(id).size();
  return bytes;
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
    const std::array<std::uint64_t, 6> numbers{h.words,           h.contexts,   h.cells,
                                               h.made_with_bytes, h.word_bytes, h.context_bytes};
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (numbers[i] > size)
        throw error(24 + 8 * i, std::to_string(numbers[i]) + " is more than the file has bytes");
    if (h.flags == contexts_are_words && (h.contexts != h.words || h.context_bytes != 0))
      throw error(32, "contexts that are the words, but differ in number");
    if (h.words > max_vocabulary || h.contexts > max_vocabulary)
      throw error(24, "more than " + std::to_string(max_vocabulary) + " words");
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

/// Refuses cells that are no sparse matrix; the values are CooccurrenceCounts' to judge.
inline void check_cells(const Reader& file, const Csr<Count>& cells, std::uint64_t offsets_at) {
  const std::uint64_t values_at = offsets_at + 8 * cells.offsets.size();
  const std::uint64_t columns_at = values_at + 8 * cells.nonzeros();
  if (cells.offsets.front() != 0 || cells.offsets.back() != cells.nonzeros())
    throw file.error(offsets_at, "the offsets don't span the cells");
  for (std::size_t r = 0; r < cells.rows(); ++r)
    if (cells.offsets[r + 1] < cells.offsets[r] || cells.offsets[r + 1] > cells.nonzeros())
      throw file.error(offsets_at + 8 * (r + 1), "the offsets don't ascend");
  for (std::size_t r = 0; r < cells.rows(); ++r)
    for (std::uint64_t i = cells.offsets[r]; i < cells.offsets[r + 1]; ++i)
      if (cells.columns[i] >= cells.cols ||
          (i > cells.offsets[r] && cells.columns[i] <= cells.columns[i - 1]))
        throw file.error(columns_at + 4 * i, "the columns of row " + std::to_string(r) +
                                                 " don't ascend below " +
                                                 std::to_string(cells.cols));
}

/// Reads the sections in order, verifies the checksum, and only then believes them.
[[nodiscard]] inline CooccurrenceCounts read(Reader& file) {
  const Header& h = file.header();
  const bool shared = (h.flags & contexts_are_words) != 0;
  auto made_with = file.read_array<std::string>(h.made_with_bytes);
  file.skip_padding();
  const VocabularySection word_section(file, h.words, h.word_bytes);
  const VocabularySection context_section(file, shared ? 0 : h.contexts, h.context_bytes);
  const std::uint64_t offsets_at = file.position();
  Csr<Count> cells;
  cells.cols = h.contexts;
  cells.offsets = file.read_array<Buffer<std::uint64_t>>(h.words + 1);
  cells.values = file.read_array<Buffer<Count>>(h.cells);
  cells.columns = file.read_array<Buffer<WordId>>(h.cells);
  file.skip_padding();
  file.check_checksum();
  check_cells(file, cells, offsets_at);
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
/// \par Complexity  one pass: 12 bytes a cell, 8 a row, 16 a word and the words' bytes.
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

  OutputFile file(path);
  format::Writer writer(file);
  writer.write(&header, sizeof header);
  writer.write(counts.made_with().data(), counts.made_with().size());
  writer.pad();
  writer.write(counts.words());
  if (!shared) writer.write(counts.contexts());
  writer.write(cells.offsets.data(), 8 * cells.offsets.size());
  writer.write(cells.values.data(), 8 * cells.values.size());
  writer.write(cells.columns.data(), 4 * cells.columns.size());
  writer.pad();
  writer.write_checksum();
  file.commit();
}

/// Reads what save_counts() wrote. The lengths that the file claims are checked against its size
/// before anything is allocated, its checksum before any of it is believed. Where the contexts were
/// the words' vocabulary, both share one again.
///
/// \par Memory  the counts, and for a moment the words' bytes once more.
/// \throws IoError     the file can't be read
/// \throws InputError  it is a pipe, no count file, of another version, cut off, damaged, or holds
///                     what are no counts; the message names the byte where it can
[[nodiscard]] inline CooccurrenceCounts load_counts(const std::filesystem::path& path) {
  detail::count_file::Reader file(path);
  return detail::count_file::read(file);
}

}  // namespace implicitmf
