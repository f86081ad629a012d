namespace Linux.Tests.Sharding;

/// <summary>The type information of the running kernel.</summary>
public sealed class KernelTypesTests
{
    private const string Path = "/sys/kernel/btf/vmlinux";

    [Fact]
    public void OffsetOf_MembersOfTheKernel_AreFound()
    {
        var types = new KernelTypes(Data(), ["sock", "inet_bind", "upid", "page"]);
        Assert.Equal(0, types.OffsetOf("sock", "__sk_common"));
        Assert.Equal((0, 8), (types.OffsetOf("upid", "nr"), types.OffsetOf("upid", "ns")));
        Assert.NotEqual(0u, types.IdOf("inet_bind"));
        // A member of a union in a structure in a union, all without names.
        Assert.Equal(sizeof(ulong), types.OffsetOf("page", "lru"));
    }

    [Fact]
    public void OffsetOf_UnknownNames_AreNull()
    {
        var types = new KernelTypes(Data(), ["sock", "no_such_structure"]);
        Assert.Null(types.OffsetOf("no_such_structure", "sk_socket"));
        Assert.Null(types.OffsetOf("sock", "sk_socke"));
        Assert.Null(types.OffsetOf("inode", "i_ino"));
        Assert.Equal(0u, types.IdOf("sock"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(100_000)]
    public void From_DataThatIsCutOff_IsUnknown(int length) => Assert.Equal(default, KernelLayout.From(Data().AsSpan(0, length)));

    [Fact]
    public void From_DamagedData_EndsWithoutAnError()
    {
        var data = Data();
        var random = new Random(1);
        for (var round = 0; round < 20; round++)
        {
            var damaged = data.ToArray();
            for (var times = 0; times < 1000; times++) damaged[random.Next(24, damaged.Length)] = (byte)random.Next();
            KernelLayout.From(damaged);
        }
    }

    private static byte[] Data()
    {
        Assert.SkipUnless(File.Exists(Path), "needs a kernel with BTF");
        return File.ReadAllBytes(Path);
    }
}
