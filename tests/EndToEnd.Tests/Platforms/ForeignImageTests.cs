using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Platforms;

/// <summary>
/// The archive that <c>make image ARCH=arm64</c> leaves on a host of another architecture. Its programs cannot run here.
/// </summary>
public sealed class ForeignImageTests
{
    private const int MachineOffset = 18;

    /// <summary>EM_AARCH64 of elf(5).</summary>
    private const int Machine = 183;

    private static readonly string[] Programs =
        ["usr/bin/reuseportctl", "usr/bin/reuseportd", "usr/lib/reuseportd/libreuseport.so"];

    [Fact]
    public void Archive_OfAnotherArchitecture_HasItsProgramsOnly()
    {
        const string name = "reuseportd-files";
        var archive = Files(File.OpenRead(Checkout.Built($"arm64/image/{name}-image_{Checkout.Version}_arm64.tar")));
        var manifest = Assert.Single(JsonNode.Parse(archive["manifest.json"])!.AsArray())!;
        Assert.Equal(
            [$"localhost/{name}:{Checkout.Version}", $"localhost/{name}:latest"],
            manifest["RepoTags"]!.AsArray().Select(tag => $"{tag}").Order(StringComparer.Ordinal));
        var image = JsonNode.Parse(archive[$"{manifest["Config"]}"])!;
        Assert.Equal(("linux", "arm64"), ((string?)image["os"], (string?)image["architecture"]));

        var layer = Assert.Single(manifest["Layers"]!.AsArray());
        var files = Files(new MemoryStream(archive[$"{layer}"]));
        var elf = files.Where(file => file.Value.AsSpan().StartsWith("\u007fELF"u8))
            .OrderBy(file => file.Key, StringComparer.Ordinal).ToArray();
        Assert.Equal(Programs, elf.Select(file => file.Key));
        Assert.All(elf, file => Assert.Equal(Machine, BitConverter.ToUInt16(file.Value, MachineOffset)));
        Assert.Contains("usr/share/doc/reuseportd/reuseportd.cdx.json", files.Keys);
    }

    /// <returns>The regular files of an archive, by their paths.</returns>
    private static Dictionary<string, byte[]> Files(Stream stream)
    {
        using var reader = new TarReader(stream);
        var files = new Dictionary<string, byte[]>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files[entry.Name.TrimStart('.', '/')] = content.ToArray();
        }

        return files;
    }
}
