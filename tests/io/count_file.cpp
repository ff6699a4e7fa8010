// SPDX-License-Identifier: MIT
#include <implicitmf/io/count_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/checksum.hpp>
#include <implicitmf/core/memory.hpp>
#include <implicitmf/core/random.hpp>

#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using imf::CooccurrenceCounts;
using imf::Vocabulary;
using support::holds;
using support::message_of;
using namespace std::string_literals;

namespace {

using Words = std::shared_ptr<const Vocabulary>;

Words words_of(const std::vector<imf::WordCount>& words) {
  return std::make_shared<const Vocabulary>(words);
}

/// A number in `bytes` little-endian bytes.
std::string le(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i, value >>= 8U)
    text.push_back(static_cast<char>(value & 0xFFU));
  return text;
}

std::string with_checksum(std::string bytes) {
  imf::Crc32 crc;
  crc.update(bytes.data(), bytes.size());
  return bytes + le(crc.value(), 4);
}

/// [[60, 0, 30], [0, 0, 0]] in sixtieths over two words and three contexts.
CooccurrenceCounts small_counts() {
  imf::Csr<imf::Count> cells;
  cells.cols = 3;
  cells.offsets = {0, 2, 2};
  cells.columns = {0, 2};
  cells.values = {60, 30};
  return CooccurrenceCounts(words_of({{"the", 12}, {"a b", 3}}),
                            words_of({{"x", 1}, {"", 2}, {"caf\xC3\xA9", 3}}), std::move(cells), 60,
                            "by hand");
}

/// Those counts byte by byte, as docs/formats.md has it, without the checksum.
std::string small_bytes() {
  return "IMFCOUNT"s + le(2, 4) + le(0, 4) + le(60, 8) + le(2, 8) + le(3, 8) + le(2, 8) + le(7, 8) +
         le(6, 8) + le(6, 8) + le(6, 8)                                        // 80
         + "by hand\0"s                                                        // 88
         + le(12, 8) + le(3, 8) + le(3, 8) + le(6, 8) + "thea b\0\0"s          // 128
         + le(1, 8) + le(2, 8) + le(3, 8) + le(1, 8) + le(1, 8) + le(6, 8)     // 176
         + "xcaf\xC3\xA9\0\0"s                                                 // 184
         + le(2, 1) + le(0, 1) + le(60, 1) + le(1, 1) + le(30, 1) + le(0, 1);  // 190
}

/// The small file with other packed cells, the length and the checksum right again.
std::string with_cells(const std::string& packed) {
  return with_checksum(small_bytes().replace(72, 8, le(packed.size(), 8)).replace(184, 6, packed));
}

CooccurrenceCounts load(const std::string& bytes) {
  const support::TemporaryDirectory directory;
  return imf::load_counts(directory.write("c.counts", bytes));
}

std::string fault_in(const std::string& bytes) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
}

/// The small file with a number changed and the checksum right again.
std::string fault_with(std::size_t at, std::uint64_t value, std::size_t width = 8) {
  return fault_in(with_checksum(small_bytes().replace(at, width, le(value, width))));
}

CooccurrenceCounts random_counts(std::size_t words, const Words& contexts) {
  imf::RandomStream random(5, imf::RandomPurpose::test_data);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < words; ++i) texts.push_back('w' + std::to_string(i * i));
  std::vector<imf::WordCount> counted;
  for (const std::string& text : texts) counted.push_back({text, random.below(1000)});
  const auto vocabulary = words_of(counted);
  imf::Csr<imf::Count> cells;
  cells.cols = contexts ? contexts->size() : words;
  for (std::size_t r = 0; r < words; ++r) {
    for (imf::WordId c = random.below(30); c < cells.cols; c += 1 + random.below(30)) {
      cells.columns.push_back(c);
      cells.values.push_back(1 + (random() >> 20U));
    }
    cells.offsets.push_back(cells.columns.size());
  }
  return CooccurrenceCounts(vocabulary, contexts ? contexts : vocabulary, std::move(cells), 12,
                            std::string(words, '.'));
}

}  // namespace

TEST_CASE("the bytes are these, and they are read back") {
  const support::TemporaryDirectory directory;
  imf::save_counts(directory / "c", small_counts());
  CHECK(support::read_bytes(directory / "c") == with_checksum(small_bytes()));
  CHECK(imf::load_counts(directory / "c") == small_counts());
}

TEST_CASE("counts come back, and one vocabulary is one again") {
  const support::TemporaryDirectory directory;
  for (const std::size_t words : {1U, 2U, 3U, 7U, 300U}) {
    const auto counts = random_counts(words, nullptr);
    imf::save_counts(directory / "c", counts);
    const auto back = imf::load_counts(directory / "c");
    CHECK(back == counts);
    CHECK(back.shared_words() == back.shared_contexts());
    CHECK(back.total() == counts.total());
  }
}

TEST_CASE("two vocabularies stay two, even where they are equal") {
  const auto one = random_counts(50, nullptr);
  const auto two = random_counts(50, std::make_shared<const Vocabulary>(one.words()));
  const support::TemporaryDirectory directory;
  imf::save_counts(directory / "c", two);
  const auto back = imf::load_counts(directory / "c");
  CHECK(back == two);
  CHECK(back.shared_words() != back.shared_contexts());
}

TEST_CASE("counts of nothing come back") {
  const CooccurrenceCounts counts(words_of({}), words_of({}), {}, 1);
  const support::TemporaryDirectory directory;
  imf::save_counts(directory / "c", counts);
  CHECK(imf::load_counts(directory / "c") == counts);
}

TEST_CASE("a file cut off anywhere is refused") {
  const std::string bytes = with_checksum(small_bytes());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const auto message = fault_in(bytes.substr(0, size));
    CHECK((size < 80 ? holds(message, "shorter than a header") : !message.empty()));
  }
  CHECK(holds(fault_in(bytes + '\0'), "has 195 bytes, its header describes 194"));
}

TEST_CASE("every damaged bit is found") {
  const support::TemporaryDirectory directory;
  const std::string whole = with_checksum(small_bytes());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << bit % 8));
    CAPTURE(bit);
    CHECK_THROWS_AS(
        static_cast<void>(imf::load_counts(directory.write(std::to_string(bit), bytes))),
        imf::InputError);
  }
}

TEST_CASE("headers that are none are refused, saying where") {
  CHECK(
      holds(fault_in("IMFCOUNX" + with_checksum(small_bytes()).substr(8)), "at byte 0: no count"));
  CHECK(holds(fault_with(8, 1, 4), "at byte 8: version 1 of the format, not 2"));
  CHECK(holds(fault_with(12, 2, 4), "at byte 12: unknown flags 2"));
  CHECK(holds(fault_with(12, 1, 4), "at byte 32: contexts that are the words"));
  CHECK(holds(fault_with(16, 0), "at byte 16: the unit is 0"));
  for (std::size_t at = 24; at <= 72; at += 8)
    for (const std::uint64_t value :
         {~std::uint64_t{0}, std::uint64_t{1} << 61U, std::uint64_t{1} << 40U, std::uint64_t{195}})
      CHECK(holds(fault_with(at, value), "at byte " + std::to_string(at)));
  CHECK(holds(fault_with(40, 3), "at byte 72: 6 bytes are too few for 3 cells in 2 rows"));
  CHECK(holds(fault_with(72, 1), "at byte 72: 1 bytes are too few for 2 cells in 2 rows"));
  CHECK(holds(fault_with(72, 7), "has 194 bytes, its header describes 195"));
}

TEST_CASE("sizes that the file cannot hold cost nothing") {
  const std::uint64_t before = imf::peak_memory_bytes();
  for (std::size_t at = 24; at <= 72; at += 8)
    CHECK(!fault_with(at, std::uint64_t{1} << 34U).empty());
  CHECK(imf::peak_memory_bytes() - before < (16U << 20U));
}

TEST_CASE("a right checksum makes wrong contents no better") {
  CHECK(holds(fault_with(87, 'x', 1), "at byte 87: the padding is not zero"));
  CHECK(holds(fault_with(104, 7), "at byte 104: a word ends where none can"));
  CHECK(holds(fault_with(112, 2), "at byte 112: a word ends where none can"));
  CHECK(holds(fault_with(112, 5), "bytes that belong to no word"));
  CHECK(holds(fault_with(168, 1), "bytes that belong to no word"));
  CHECK(holds(fault_with(88, ~std::uint64_t{0}), "sum to 2^64"));
}

TEST_CASE("packed cells that are no sparse matrix are refused, saying where") {
  const std::string most = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";
  CHECK(load(with_cells("\x02\0\x3C\x01\x1E\0"s)) == small_counts());
  CHECK(holds(fault_in(with_cells("\x03\0\x3C\0\x1E\0\x1E\0"s)),
              "at byte 185: more cells than the header says"));
  CHECK(holds(fault_in(with_cells(most + "\0\x3C\x01\x1E\0"s)), "at byte 194: more cells"));
  CHECK(holds(fault_in(with_cells("\x01\0\x3C\0\0\0"s)), "at byte 188: fewer cells"));
  CHECK(holds(fault_in(with_cells("\x02\0\x3C\x01\x1E\0\0"s)),
              "at byte 190: bytes that belong to no row"));
  CHECK(holds(fault_in(with_cells("\x02\0\x3C\x01\x1E\x80"s)), "at byte 189: no number"));
  CHECK(holds(fault_in(with_cells("\x02\x80\0\x3C\x01\x1E\0"s)), "at byte 185: no number"));
  CHECK(holds(fault_in(with_cells("\x02\x03\x3C\0\x1E\0"s)),
              "at byte 186: a column beyond the 3 contexts"));
  CHECK(holds(fault_in(with_cells("\x02\x01\x3C\x01\x1E\0"s)), "at byte 188: a column beyond"));
  CHECK(holds(fault_in(with_cells("\x02\0\x3C"s + most + "\x1E\0"s)), "a column beyond"));
  CHECK(holds(fault_in(with_cells("\x02\0\0\x01\x1E\0"s)), "a stored cell is 0"));
  CHECK(holds(fault_in(with_cells("\x02\0"s + most + "\x01\x1E\0"s)), "exceeds 2^63"));
}

TEST_CASE("a word that comes twice is refused and the file named") {
  auto bytes = small_bytes();
  bytes.replace(112, 8, le(3, 8)).replace(104, 8, le(0, 8));  // "" and "the"
  bytes.replace(56, 8, le(3, 8)).replace(123, 3, "\0\0\0"s);
  CHECK(load(with_checksum(bytes)).words().word(1) == "the");
  bytes.replace(112, 8, le(0, 8)).replace(56, 8, le(0, 8)).erase(120, 8);  // "" and ""
  const auto message = fault_in(with_checksum(bytes));
  CHECK(holds(message, "comes twice"));
  CHECK(holds(message, "c.counts: "));
}

TEST_CASE("pipes, directories and missing files are refused") {
  const support::TemporaryDirectory directory;
  const support::NamedPipe pipe(with_checksum(small_bytes()));
  CHECK(
      holds(message_of<imf::InputError>([&] { static_cast<void>(imf::load_counts(pipe.path())); }),
            "not from a pipe"));
  CHECK_THROWS_AS(static_cast<void>(imf::load_counts(directory.path())), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::load_counts(directory / "absent")), imf::IoError);
}

TEST_CASE("a full disk leaves the old file") {
  const support::TemporaryDirectory directory;
  const auto path = directory.write("c", "old");
  const support::FileSizeLimit limit(100);
  CHECK_THROWS_AS(imf::save_counts(path, small_counts()), imf::IoError);
  CHECK(support::read_bytes(path) == "old");
  CHECK(directory.entries() == 1);
}
