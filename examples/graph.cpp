// SPDX-License-Identifier: MIT
// graph: vectors of the nodes of a graph by skip-gram over random walks, as DeepWalk does (Perozzi,
// Al-Rfou & Skiena, KDD 2014). No text anywhere: a walk is a sentence, a node is a word.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <implicitmf/sgns.hpp>

namespace imf = implicitmf;

constexpr std::uint32_t communities = 25;
constexpr std::uint32_t members = 20;
constexpr std::uint32_t nodes = communities * members;

using Graph = std::vector<std::vector<std::uint32_t>>;  // the neighbours of each node

/// Node n belongs to community n / members: six edges within it, and one to anywhere.
Graph make_graph() {
  imf::RandomStream random(1, imf::RandomPurpose::test_data);
  Graph graph(nodes);
  const auto connect = [&graph](std::uint32_t a, std::uint32_t b) {
    graph[a].push_back(b);
    graph[b].push_back(a);
  };
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const std::uint32_t first = node / members * members;
    for (int i = 0; i < 6; ++i) connect(node, first + random.below(members));
    connect(node, random.below(nodes));
  }
  return graph;
}

std::vector<std::vector<std::uint32_t>> walk(const Graph& graph, std::size_t walks_from_each,
                                             std::size_t length) {
  imf::RandomStream random(2, imf::RandomPurpose::test_data);
  std::vector<std::vector<std::uint32_t>> walks;
  for (std::size_t i = 0; i < walks_from_each; ++i)
    for (std::uint32_t node = 0; node < nodes; ++node) {
      auto& steps = walks.emplace_back(1, node);
      while (steps.size() < length) {
        const auto& from = graph[steps.back()];
        steps.push_back(from[random.below(static_cast<std::uint32_t>(from.size()))]);
      }
    }
  return walks;
}

int main() try {
  const auto corpus = imf::encode_sentences(walk(make_graph(), 20, 40));
  // No word is too frequent here, and the same bits are wanted on any machine with these kernels.
  const auto model =
      imf::SGNSTrainer{{.dimension = 32, .subsample = 0.0, .deterministic = true}}.train(corpus);

  const imf::Embeddings embeddings{corpus.shared_vocabulary(), model.words()};
  const auto& vocabulary = embeddings.vocabulary();
  const auto community = [&](imf::WordId id) {
    return std::stoul(std::string(vocabulary.word(id))) / members;
  };
  std::size_t at_home = 0;
  std::vector<imf::WordId> ids;
  for (imf::WordId id = 0; id < vocabulary.size(); ++id) ids.push_back(id);
  const auto nearest = imf::NearestNeighbors{embeddings}.of_words(ids, 5);
  for (const imf::WordId id : ids)
    for (const auto& [neighbor, cosine] : nearest[id])
      at_home += community(id) == community(neighbor);
  const double share = static_cast<double>(at_home) / static_cast<double>(5 * ids.size());
  std::cout << "of the 5 nodes nearest to each, " << 100.0 * share << " % are of its community\n";
  return share > 0.9 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "graph: " << error.what() << '\n';
  return 1;
}
