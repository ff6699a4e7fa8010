// SPDX-License-Identifier: MIT
/// \file
/// WordCounter: numbers the distinct words of a stream and counts them, one hash look-up a token.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// Distinct words in order of first appearance, with their counts.
///
/// An open-addressing table with linear probing: the look-up of a token is the inner loop of
/// reading a corpus. A word of up to eight bytes, as most are, stands in its slot and is compared
/// there; of a longer one the slot has the hash.
///
/// \par Memory  the words' bytes, 16 bytes a word and 32 to 64 for its slots.
/// \par Thread safety  one thread.
class WordCounter {
 public:
  WordCounter() : slots_(1U << 10U) {}

  /// What slots are compared by, in 16 bytes with the number.
  struct Slot {
    std::uint64_t bits = 0;  ///< a word of up to eight bytes itself, zeros behind it; else its hash
    std::uint32_t length = 0;  ///< in bytes; 2^32 - 1 where it is more
    WordId number = 0;         ///< the word's number + 1; 0 marks a free slot

    [[nodiscard]] bool may_hold(const Slot& key) const noexcept {
      return bits == key.bits && length == key.length;
    }
  };
  static_assert(sizeof(Slot) == 16);

  /// Counts `count` occurrences of the word and returns its number, 0 for the first word met.
  WordId add(std::string_view word, Count count = 1) { return add(key_of(word), word, count); }

  /// The same in two steps: what lies between them need not wait for memory.
  [[nodiscard]] Slot begin_add(std::string_view word) const noexcept {
    const Slot key = key_of(word);
    __builtin_prefetch(&slots_[first_place(key)]);
    return key;
  }
  WordId add(const Slot& key, std::string_view word, Count count = 1) {
    const std::size_t place = place_of(key, word);
    const WordId number = slots_[place].number;
    if (number == 0) return insert(place, key, word, count);
    counts_[number - 1] += count;
    return number - 1;
  }

  /// The word's number, if it was met.
  [[nodiscard]] std::optional<WordId> find(std::string_view word) const noexcept {
    const WordId number = slots_[place_of(key_of(word), word)].number;
    if (number == 0) return std::nullopt;
    return number - 1;
  }

  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }
  /// The word of a number; valid until the next add().
  [[nodiscard]] std::string_view word(WordId number) const noexcept {
    return {bytes_.data() + begins_[number], begins_[number + 1] - begins_[number]};
  }
  [[nodiscard]] Count count(WordId number) const noexcept { return counts_[number]; }

 private:
  static constexpr std::size_t short_word = 8;

  static Slot key_of(std::string_view word) noexcept {
    const char* p = word.data();
    std::size_t n = word.size();
    Slot key;
    key.length = static_cast<std::uint32_t>(std::min<std::size_t>(n, 0xFFFF'FFFFU));
    for (; n > short_word; p += 8, n -= 8) key.bits = mix_bits(key.bits + read(p, 8));
    const std::uint64_t tail = read_short(p, n);
    key.bits = key.length > short_word ? mix_bits(key.bits + tail) : tail;
    return key;
  }
  static std::uint64_t read(const char* p, std::size_t n) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, p, n);
    return value;
  }
  /// The n bytes at p, n <= 8, as one number, without reading beyond them. Lengths come in no order
  /// that a processor could predict, so there is no branch on them but for the empty word.
  static std::uint64_t read_short(const char* p, std::size_t n) noexcept {
    if (n == 0) return 0;
    const std::uint64_t few =
        read(p, 1) | read(p + n / 2, 1) << (n / 2 * 8) | read(p + n - 1, 1) << ((n - 1) * 8);
    const bool many = n >= 4;
    constexpr char nothing[4] = {};
    const char* const first = many ? p : nothing;
    const char* const last = many ? p + n - 4 : nothing;
    const std::uint64_t halves = read(first, 4) | read(last, 4) << ((many ? n - 4 : 0) * 8);
    return many ? halves : few;
  }

  [[nodiscard]] std::size_t first_place(const Slot& key) const noexcept {
    return mix_bits(key.bits + key.length) & (slots_.size() - 1);
  }
  /// The place of a word, or the free one where it belongs.
  [[nodiscard]] std::size_t place_of(const Slot& key, std::string_view word) const noexcept {
    for (std::size_t i = first_place(key);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.number == 0) return i;
      if (slot.may_hold(key) && (key.length <= short_word || this->word(slot.number - 1) == word))
        return i;
    }
  }

  WordId insert(std::size_t place, Slot slot, std::string_view word, Count count) {
    if (counts_.size() > max_vocabulary)
      throw InputError("more than 4294967293 distinct words: cut the corpus into shards");
    bytes_.insert(bytes_.end(), word.begin(), word.end());
    begins_.push_back(bytes_.size());
    counts_.push_back(count);
    slot.number = static_cast<WordId>(counts_.size());
    slots_[place] = slot;
    if (2 * counts_.size() > slots_.size()) grow();
    return slot.number - 1;
  }

  void grow() {
    const Buffer<Slot> old = std::exchange(slots_, Buffer<Slot>(2 * slots_.size()));
    for (const Slot& slot : old)
      if (slot.number != 0) slots_[place_of(slot, word(slot.number - 1))] = slot;
  }

  Buffer<Slot> slots_;
  Buffer<char> bytes_;
  Buffer<std::uint64_t> begins_{0};
  Buffer<Count> counts_;
};

}  // namespace implicitmf
