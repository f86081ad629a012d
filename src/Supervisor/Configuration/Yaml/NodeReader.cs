using Reuseportd.Configuration.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reuseportd.Configuration.Yaml;

/// <summary>
/// Builds the node tree of one file from the parser's events. Nesting and the number of nodes are limited during construction,
/// before any code walks the tree. An alias counts as much as its anchor.
/// </summary>
internal sealed class NodeReader
{
    private const int DeepestNesting = 64;
    private const int MostNodes = 250_000;
    private const string CoreTags = "tag:yaml.org,2002:";

    private readonly Lines lines;
    private readonly Findings findings;
    private readonly Scanner scanner;
    private readonly Parser parser;
    private readonly Dictionary<string, Node?> anchors = new(StringComparer.Ordinal);
    private readonly Stack<(Place Place, char Bracket)> open = new();
    private int nodes;

    private NodeReader(SourceText source, Findings findings)
    {
        lines = new Lines(source);
        this.findings = findings;
        scanner = new Scanner(new StringReader(source.Text), skipComments: true);
        parser = new Parser(scanner);
    }

    /// <returns>The top node; null if the file is empty or has an error.</returns>
    public static Node? Read(SourceText source, Findings findings)
    {
        var reader = new NodeReader(source, findings);
        try
        {
            return reader.ReadDocument();
        }
        catch (Refusal refusal)
        {
            findings.Error(refusal.Place, "", refusal.Message);
        }
        catch (YamlException error)
        {
            var (place, sentence) = SyntaxSentence.Of(reader.lines, error, reader.open);
            findings.Error(place, "", sentence);
        }
        catch (InvalidOperationException) when (reader.open.TryPeek(out var bracket))
        {
            // The parser loses its state if a key follows an unclosed list or map.
            findings.Error(bracket.Place, "", $"the '{bracket.Bracket}' is not closed");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The parser passes some malformed texts to conversions that throw other exceptions: half a surrogate pair, a tag
            // that is not a URI. No text may end the daemon.
            findings.Error(reader.lines.Place(reader.scanner.CurrentPosition), "", "invalid YAML before this position");
        }

        return null;
    }

    private Node? ReadDocument()
    {
        Expect<StreamStart>();
        if (Next() is StreamEnd) return null;
        var root = ReadNode(Next(), depth: 1);
        Expect<DocumentEnd>();
        if (Next() is DocumentStart second)
            throw new Refusal(lines.Place(second.Start), "a second YAML document begins here; a file holds one");
        return root is ScalarNode { IsNull: true } ? null : root;
    }

    private Node ReadNode(ParsingEvent at, int depth)
    {
        var place = lines.Place(at.Start);
        if (at is AnchorAlias alias) return Resolve(alias.Value.Value, place, depth);

        CheckSize(place, 1, depth);
        var node = (NodeEvent)at;
        CheckTag(node, place);
        var name = node.Anchor.IsEmpty ? null : node.Anchor.Value;
        if (name is not null) anchors[name] = null;
        Node read = at switch
        {
            SequenceStart start => ReadList(start, place, depth),
            MappingStart start => ReadMap(start, place, depth),
            _ => ToScalar((Scalar)at, place),
        };
        if (name is not null) anchors[name] = read;
        return read;
    }

    private static ScalarNode ToScalar(Scalar scalar, Place place) =>
        new(place, scalar.Value, scalar.Style == ScalarStyle.Plain && !IsTaggedText(scalar.Tag));

    private static bool IsTaggedText(TagName tag) => !tag.IsEmpty && tag.Value is "!" or CoreTags + "str";

    private ListNode ReadList(SequenceStart start, Place place, int depth)
    {
        var items = new List<Node>();
        if (start.Style == SequenceStyle.Flow) open.Push((place, '['));
        while (Next() is var at and not SequenceEnd) items.Add(ReadNode(at, depth + 1));
        if (start.Style == SequenceStyle.Flow) open.Pop();
        return new ListNode(place, items);
    }

    private MapNode ReadMap(MappingStart start, Place place, int depth)
    {
        var flow = start.Style == MappingStyle.Flow;
        var map = new MapBuilder(place, flow);
        if (flow) open.Push((place, '{'));
        while (Next() is var at and not MappingEnd)
        {
            var key = ReadNode(at, depth + 1);
            map.Add(key, ReadNode(Next(), depth + 1));
        }

        if (flow) open.Pop();
        return map.Build();
    }

    private Node Resolve(string name, Place place, int depth)
    {
        if (!anchors.TryGetValue(name, out var node))
            throw new Refusal(place, $"the alias '*{Printable.Text(name)}' has no anchor '&{Printable.Text(name)}' above it");
        if (node is null) throw new Refusal(place, $"the alias '*{Printable.Text(name)}' is inside its own anchor");
        CheckSize(place, node.Size, depth + node.Height - 1);
        return node;
    }

    private void CheckSize(Place place, int size, int depth)
    {
        nodes += size;
        if (nodes > MostNodes)
            throw new Refusal(place, "more than 250,000 values; each alias counts as much as its anchor");
        if (depth > DeepestNesting) throw new Refusal(place, "nested more than 64 levels deep");
    }

    /// <summary>
    /// The tags of YAML's own types are accepted: each key has its type anyway, and <c>!!str</c> makes <c>null</c> a text.
    /// </summary>
    private void CheckTag(NodeEvent node, Place place)
    {
        if (node.Tag.IsEmpty) return;
        var tag = node.Tag.Value;
        var name = tag.StartsWith(CoreTags, StringComparison.Ordinal) ? tag[CoreTags.Length..] : "";
        if (tag == "!" || name is "str" or "int" or "float" or "bool" or "null" or "seq" or "map") return;
        findings.Error(place, "", $"the tag '{Printable.Text(tag)}' is not known here; remove it");
    }

    private ParsingEvent Next()
    {
        parser.MoveNext();
        return parser.Current ?? throw new InvalidOperationException();
    }

    private void Expect<T>()
        where T : ParsingEvent
    {
        if (Next() is not T) throw new InvalidOperationException();
    }

    /// <summary>Stops the reading of a file after an error.</summary>
    private sealed class Refusal(Place place, string message) : Exception(message)
    {
        public Place Place { get; } = place;
    }
}
