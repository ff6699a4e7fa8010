// SPDX-License-Identifier: MIT
// items: vectors of items from shopping baskets by skip-gram, where all that is bought together is
// context. Any sequences of ids will do: sessions, playlists.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/sgns.hpp>

namespace imf = implicitmf;

constexpr std::uint32_t departments = 20;
constexpr std::uint32_t longest_basket = 8;

/// The department of an item: items 300 to 399 are those of department 3.
std::string_view department(std::string_view item) { return item.substr(0, item.size() - 2); }

/// Baskets of 3 to 8 items, most from one department and one in four from anywhere.
std::vector<std::vector<int>> make_baskets(std::size_t count) {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  std::vector<std::vector<int>> baskets(count);
  for (auto& basket : baskets) {
    const auto visited = random.below(departments);
    for (auto size = 3 + random.below(longest_basket - 2); size > 0; --size) {
      const auto from = random.below(4) == 0 ? random.below(departments) : visited;
      basket.push_back(static_cast<int>(100 * (from + 1) + random.below(100)));
    }
  }
  return baskets;
}

int main() try {
  const auto corpus = imf::encode_sentences(make_baskets(50'000));
  // A window as wide as the longest basket, all of it equal: the order of items says nothing.
  const auto window = imf::UniformWindow{.radius = longest_basket}.table();
  const auto model =
      imf::SGNSTrainer{{.dimension = 32, .epochs = 10, .window = window}}.train(corpus);

  const imf::Embeddings embeddings{corpus.shared_vocabulary(), model.words()};
  const auto& vocabulary = embeddings.vocabulary();
  std::vector<imf::WordId> ids;
  for (const int item : {142, 999, 1203, 2000})
    ids.push_back(vocabulary.find(std::to_string(item)).value());

  const auto nearest = imf::NearestNeighbors{embeddings}.of_words(ids, 5);
  bool as_expected = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto item = vocabulary.word(ids[i]);
    std::cout << "item " << item << ':';
    for (const auto& [id, cosine] : nearest[i]) std::cout << ' ' << vocabulary.word(id);
    std::cout << '\n';
    as_expected &= department(item) == department(vocabulary.word(nearest[i].front().id));
  }
  return as_expected ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "items: " << error.what() << '\n';
  return 1;
}
