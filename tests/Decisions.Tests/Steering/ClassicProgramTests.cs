using System.Buffers.Binary;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

public sealed class ClassicProgramTests
{
    private const int MostInstructions = 4096; // BPF_MAXINSNS

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Random_EveryNumber_ChoosesItsIndex(int count)
    {
        int[] indices = [.. Enumerable.Range(0, count).Select(at => at * 3 % 1009)];
        var program = ClassicProgram.Random(indices);
        Assert.InRange(program.Length, 1, MostInstructions);
        for (var number = 0; number < 3 * count; number++)
            Assert.Equal(indices[number % count], ClassicMachine.Run(program, [], (uint)number));
    }

    [Theory]
    [InlineData(256, 8)]
    [InlineData(1024, 100)]
    public void Hash_ManyFlows_ChooseAllBucketsAndAlwaysTheSame(int buckets, int slots)
    {
        var program = ClassicProgram.Hash([.. Enumerable.Range(0, buckets).Select(bucket => bucket * slots / buckets)]);
        Assert.InRange(program.Length, 1, MostInstructions);
        foreach (var flow in (Func<int, byte[]>[])[Version4, Version6])
        {
            var counts = new int[slots];
            const int flows = 20_000;
            for (var number = 0; number < flows; number++)
            {
                var chosen = ClassicMachine.Run(program, flow(number));
                Assert.Equal(chosen, ClassicMachine.Run(program, flow(number)));
                counts[chosen]++;
            }

            Assert.All(counts, count => Assert.InRange(count, flows / slots * 0.6, flows / slots * 1.4));
        }
    }

    [Fact]
    public void Hash_IPv4Options_DoNotHideThePort()
    {
        var program = ClassicProgram.Hash([.. Enumerable.Range(0, 256)]);
        var plain = Version4(77);
        byte[] long4 = [.. plain[..20], .. new byte[8], .. plain[20..]];
        long4[0] = 0x47;
        Assert.Equal(ClassicMachine.Run(program, plain), ClassicMachine.Run(program, long4));
    }

    private static byte[] Version4(int flow)
    {
        var header = new byte[28];
        header[0] = 0x45;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), 0x0a000000 + flow % 50);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(20), (ushort)(32768 + flow / 50));
        return header;
    }

    private static byte[] Version6(int flow)
    {
        var header = new byte[48];
        header[0] = 0x60;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), flow % 50);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(40), (ushort)(32768 + flow / 50));
        return header;
    }
}
