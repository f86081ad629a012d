using System.Buffers.Binary;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

/// <summary>Runs a classic program as the kernel does (net/core/filter.c), over the headers of a packet.</summary>
internal static class ClassicMachine
{
    public const uint Network = 0xfff00000;
    private const uint Random = 0xfffff000 + 56;

    public static int Run(ReadOnlySpan<ClassicInstruction> program, byte[] header, uint random = 0)
    {
        uint a = 0, x = 0;
        var memory = new uint[16];
        for (var at = 0; at < program.Length; at++)
        {
            var (code, ifTrue, ifFalse, k) = program[at];
            switch (code)
            {
                case 0x20 when k == Random: a = random; break;
                case 0x20: a = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan((int)(k - Network))); break;
                case 0x28: a = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan((int)(k - Network))); break;
                case 0x48: a = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan((int)(x + k - Network))); break;
                case 0x30: a = header[k - Network]; break;
                case 0xb1: x = (uint)(header[k - Network] & 15) * 4; break;
                case 0x02: memory[k] = a; break;
                case 0x61: x = memory[k]; break;
                case 0x05: at += (int)k; break;
                case 0x15: at += a == k ? ifTrue : ifFalse; break;
                case 0x35: at += a >= k ? ifTrue : ifFalse; break;
                case 0x24: a *= k; break;
                case 0x94: a %= k; break;
                case 0x74: a >>= (int)k; break;
                case 0xac: a ^= x; break;
                case 0x06: return (int)k;
                default: throw new InvalidOperationException($"no instruction {code:x}");
            }
        }

        throw new InvalidOperationException("past the end");
    }
}
