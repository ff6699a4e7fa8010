// SPDX-License-Identifier: MIT
/// \file
/// Forward declarations of the types that programs pass around, for headers that only name them.
#pragma once

#include <implicitmf/core/types.hpp>

namespace implicitmf {

class AliasTable;
class AlignedMatrix;
class CooccurrenceCounts;
class Embeddings;
class EncodedCorpus;
class FileBytes;
class HeldOutSample;
class NegativeSampler;
class ThreadTeam;
class Vocabulary;
struct Factors;
struct SGNSOptions;
struct SGNSResult;
struct SVDOptions;
struct SVDResult;
struct StochasticOptions;
struct StochasticResult;
struct VectorReadOptions;
struct WeightedOptions;
struct WeightedResult;
template <class Value>
struct Csr;

}  // namespace implicitmf
