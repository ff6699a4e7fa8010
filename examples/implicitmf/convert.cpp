// SPDX-License-Identifier: MIT
// implicitmf convert: vectors from one format to another.
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/io/vector_file.hpp>

#include "command.hpp"

namespace app {

namespace {

/// Words that every format can hold, with their vectors.
imf::Embeddings writable_part(imf::Embeddings embeddings) {
  const imf::Vocabulary& vocabulary = embeddings.vocabulary();
  std::vector<imf::WordId> kept;
  std::vector<imf::WordCount> words;
  for (imf::WordId id = 0; id < embeddings.size(); ++id) {
    if (!imf::is_writable_word(vocabulary.word(id))) continue;
    kept.push_back(id);
    words.push_back({vocabulary.word(id), vocabulary.count(id)});
  }
  if (kept.size() == embeddings.size()) return embeddings;
  imf::AlignedMatrix vectors(kept.size(), embeddings.dimension());
  for (std::size_t r = 0; r < kept.size(); ++r)
    std::copy_n(embeddings.vector(kept[r]).data(), vectors.cols(), vectors.row_data(r));
  return {std::make_shared<const imf::Vocabulary>(words), std::move(vectors)};
}

struct ConvertCommand {
  CommonArguments common;
  std::string input;
  std::string output;
  std::string vocabulary;
  imf::VectorFormat format = imf::VectorFormat::automatic;
  std::size_t limit = 0;

  void run() const {
    check_inputs_kept(check_output(output, format), {input, vocabulary});
    auto embeddings = imf::load_vectors(
        input, {.limit = limit, .words_file = vocabulary, .threads = common.threads});
    const std::size_t read = embeddings.size();
    embeddings = writable_part(std::move(embeddings));
    imf::save_vectors(output, embeddings.vectors(), embeddings.vocabulary(), format);
    report(read - embeddings.size(), embeddings);
  }

  void report(std::size_t left_out, const imf::Embeddings& written) const {
    if (left_out > 0)
      std::cerr << "implicitmf: left out " << left_out << " of " << written.size() + left_out
                << " words: they hold white space, where the formats have it between words\n";
    if (output == "-") return;
    if (common.json)
      std::cout << Json{{"words", written.size()},
                        {"dim", written.dimension()},
                        {"left_out", left_out},
                        {"output", output}}
                       .dump(2)
                << '\n';
    else
      std::cout << "wrote " << written.size() << " vectors of " << written.dimension()
                << " dimensions to " << output << '\n';
  }
};

}  // namespace

void add_convert(CLI::App& application) {
  CLI::App& command = *application.add_subcommand(
      "convert", "Write vectors in another format. That of the input is found out.");
  const auto arguments = std::make_shared<ConvertCommand>();
  command.add_option("input", arguments->input, "file of vectors; - for standard input")
      ->required();
  command.add_option("output", arguments->output, "file to write; - for standard output")
      ->required();
  add_format(command, arguments->format);
  command.add_option("--limit,--top", arguments->limit, "only the first N words; 0: all")
      ->check(whole_number())
      ->capture_default_str();
  command.add_option("--vocabulary", arguments->vocabulary,
                     "words of a NumPy input, one a line, if not in the .vocab file beside it");
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
